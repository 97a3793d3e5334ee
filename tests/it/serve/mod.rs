//! The operations over HTTP: a real server, and clients that behave well, badly, and not at all.

mod api;
mod changes;
mod cut_off;
mod events;
mod guard;
mod large;
mod pages;

use crate::house::House;

/// An agent's gate whose agent is elsewhere, then a command.
pub fn house() -> House {
    let house = House::new()
        .workflow(
            "item",
            "key = '{{ key }}'
             [inputs]
             key = { type = 'slug', help = 'what it is about' }
             [[gate]]
             id = 'write'
             executor = 'agent'
             contract = 'write'
             [[gate]]
             id = 'count'
             executor = 'command'
             shell = 'wc -l < text.txt > count.txt'",
        )
        .leaves("write", "text.txt");
    house.git("add -A");
    house.git("commit -qm start");
    house
}
