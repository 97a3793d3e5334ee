//! The filter `group_by`, whose groups stand in the order of their first items: the engine's own gives
//! them in an order of chance, so that one text would have many digests.

use tera::Error;
use tera::Kwargs;
use tera::Map;
use tera::State;
use tera::TeraResult;
use tera::Value;
use tera::value::Key;

pub(super) fn group_by(items: &[Value], arguments: Kwargs, _: &State) -> TeraResult<Map> {
    let attribute = arguments.must_get::<&str>("attribute")?;
    let mut groups: Vec<(Key<'static>, Vec<Value>)> = Vec::new();
    for (place, item) in items.iter().enumerate() {
        let Some(value) = item.get_from_path(attribute) else {
            let message = format!("item {place} has no attribute `{attribute}`");
            return Err(Error::message(message));
        };
        if value.is_none() {
            continue;
        }
        let key = key_of(value).ok_or_else(|| {
            Error::message(format!(
                "`{attribute}` of item {place} must be a text, an integer or a bool"
            ))
        })?;
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, group)) => group.push(item.clone()),
            None => groups.push((key, vec![item.clone()])),
        }
    }
    Ok(groups.into_iter().map(|(key, group)| (key, group.into())).collect())
}

fn key_of(value: &Value) -> Option<Key<'static>> {
    let text = || value.as_str().map(|text| Key::from(text.to_owned()));
    let truth = || value.as_bool().map(Key::Bool);
    let number =
        || value.as_i128().map(|number| i64::try_from(number).map_or(Key::I128(number), Key::I64));
    text().or_else(truth).or_else(number)
}

#[cfg(test)]
mod tests {
    use crate::template::Context;
    use crate::template::render_text;

    fn rendered(items: &serde_json::Value, text: &str) -> Result<String, String> {
        let context = Context::default().with("items", items);
        render_text(text, &context).map_err(|error| error.to_string())
    }

    #[test]
    fn groups_stand_in_the_order_of_their_first_items() {
        let names = ["z", "a", "m", "z", "b", "y", "a", "c"];
        let items = names.map(|name| serde_json::json!({ "kind": { "name": name } }));
        let text = "{% for name, group in items | group_by(attribute='kind.name') %}\
                    {{ name }}{{ group | length }} {% endfor %}";
        assert_eq!(rendered(&items.as_slice().into(), text).unwrap(), "z2 a2 m1 b1 y1 c1 ");
    }

    #[test]
    fn keys_are_texts_integers_and_bools() {
        let items = serde_json::json!([{"k": 2}, {"k": true}, {"k": null}, {"k": "x"}, {"k": 2}]);
        let text = "{{ items | group_by(attribute='k') | keys | join(sep=',') }}";
        assert_eq!(rendered(&items, text).unwrap(), "2,true,x");
        let wrong = rendered(&serde_json::json!([{"k": [1]}]), text).unwrap_err();
        assert!(wrong.contains("`k` of item 0 must be a text"), "{wrong}");
        assert!(rendered(&serde_json::json!([{"j": 1}]), text).unwrap_err().contains("item 0"));
    }
}
