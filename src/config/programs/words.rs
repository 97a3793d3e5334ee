//! What the words of a command may name: `x`, `--config=x`, `key=x`, `-cx`, `@x`, `x,y`.

use super::is_whole;
use super::text;

/// What separates the parts of a word.
const SEPARATORS: [char; 3] = ['=', '@', ','];

/// Every part of a command's words that could be the name of a file, whether or not there is one.
pub fn names_in(command: &[String]) -> Vec<String> {
    let mut names = Vec::new();
    for word in command {
        if is_whole(word) {
            let words = text::commands(word).into_iter().flatten();
            words.for_each(|word| names_in_word(&word, &mut names));
        } else {
            names_in_word(word, &mut names);
        }
    }
    names
}

fn names_in_word(word: &str, names: &mut Vec<String>) {
    let is_short = word.starts_with('-') && !word.starts_with("--");
    // A short option and its value may be one word.
    let value = is_short.then(|| word.chars().skip(2).collect::<String>());
    let rests = word.match_indices(SEPARATORS).map(|(at, _)| word[at + 1..].to_owned());
    let parts = word.split(SEPARATORS).map(str::to_owned);
    let all = [word.to_owned()].into_iter().chain(value).chain(rests).chain(parts);
    names.extend(all.filter(|name| !name.is_empty() && !name.starts_with('-')));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_in_many_ways() {
        let words = ["x", "--config=x", "key=x", "-cx", "@x", "-d@x", "--data=@x", "a,x", "cat x"];
        for word in words {
            let names = names_in(&[word.to_owned()]);
            assert!(names.contains(&"x".to_owned()), "{word}: {names:?}");
        }
        for word in ["--x", "-x", "echo a >x", ""] {
            let names = names_in(&[word.to_owned()]);
            assert!(!names.contains(&"x".to_owned()), "{word}: {names:?}");
        }
        assert_eq!(names_in(&["a=b=c".to_owned()]), ["a=b=c", "b=c", "c", "a", "b", "c"]);
    }
}
