//! `a[b][0][c]=1` → a tree. JSON bodies become the same tree, so one [reader](crate::params) serves both
//! APIs.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::Error;

/// Nesting that no request of Stripe's reaches.
const DEEPEST: usize = 12;

/// The members of an object; an array's members are named by their index.
pub(crate) type Tree = BTreeMap<String, Node>;

/// One value of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    /// A scalar, as text. Empty means "unset".
    Leaf(String),
    /// An object or an array.
    Branch(Tree),
}

/// Decodes a form-encoded body or query string.
pub(crate) fn decode(encoded: &[u8]) -> Result<Tree, Error> {
    let mut tree = Tree::new();
    for (key, value) in form_urlencoded::parse(encoded) {
        if key.contains(char::REPLACEMENT_CHARACTER) || value.contains(char::REPLACEMENT_CHARACTER) {
            return Err(Error::invalid("Invalid request: a parameter is not valid UTF-8."));
        }
        insert(&mut tree, &segments(&key)?, value.into_owned(), &key)?;
    }
    Ok(tree)
}

/// Decodes a JSON body; it must be an object, or empty.
pub(crate) fn decode_json(body: &[u8]) -> Result<Tree, Error> {
    if body.is_empty() {
        return Ok(Tree::new());
    }
    match serde_json::from_slice::<Value>(body).map(from_json) {
        Ok(Node::Branch(tree)) => Ok(tree),
        Ok(Node::Leaf(_)) | Err(_) => Err(Error::invalid("Invalid request: the body must be a JSON object.")),
    }
}

/// The members of an array in order. Any name that is not an index makes it no array.
pub(crate) fn in_order(tree: Tree) -> Option<Vec<(usize, Node)>> {
    let mut members =
        tree.into_iter().map(|(name, node)| Some((name.parse().ok()?, node))).collect::<Option<Vec<_>>>()?;
    members.sort_by_key(|(index, _)| *index);
    Some(members)
}

fn from_json(value: Value) -> Node {
    match value {
        Value::Null => Node::Leaf(String::new()),
        Value::Bool(flag) => Node::Leaf(flag.to_string()),
        Value::Number(number) => Node::Leaf(number.to_string()),
        Value::String(text) => Node::Leaf(text),
        Value::Array(items) => Node::Branch(
            items.into_iter().enumerate().map(|(i, item)| (i.to_string(), from_json(item))).collect(),
        ),
        Value::Object(members) => {
            Node::Branch(members.into_iter().map(|(name, member)| (name, from_json(member))).collect())
        }
    }
}

/// `a[b][]` → `["a", "b", ""]`.
fn segments(key: &str) -> Result<Vec<&str>, Error> {
    let malformed = || Error::invalid(format!("Invalid parameter name: {key}")).at(key);
    let Some((head, nested)) = key.split_once('[') else {
        return if key.is_empty() || key.contains(']') { Err(malformed()) } else { Ok(vec![key]) };
    };
    let nested = nested.strip_suffix(']').ok_or_else(malformed)?;
    let segments: Vec<&str> = std::iter::once(head).chain(nested.split("][")).collect();
    let well_formed = !head.is_empty() && !segments.iter().any(|part| part.contains(['[', ']']));
    if well_formed && segments.len() <= DEEPEST { Ok(segments) } else { Err(malformed()) }
}

fn insert(tree: &mut Tree, path: &[&str], value: String, key: &str) -> Result<(), Error> {
    let Some((segment, rest)) = path.split_first() else { return Ok(()) };
    let name = if segment.is_empty() { array_index(tree, rest).to_string() } else { (*segment).to_owned() };
    if rest.is_empty() {
        if let Some(Node::Branch(_)) = tree.insert(name, Node::Leaf(value)) {
            return Err(Error::invalid(format!(
                "Invalid parameter: {key} is given as a value and as an object."
            ))
            .at(key));
        }
        return Ok(());
    }
    match tree.entry(name).or_insert_with(|| Node::Branch(Tree::new())) {
        Node::Branch(inner) => insert(inner, rest, value, key),
        Node::Leaf(_) => {
            Err(Error::invalid(format!("Invalid parameter: {key} is given as a value and as an object."))
                .at(key))
        }
    }
}

/// Where `[]` points: behind the last element, or into it while it still lacks the member that comes next.
fn array_index(tree: &Tree, rest: &[&str]) -> usize {
    let last = tree.len().saturating_sub(1);
    let fills_last = match (tree.get(&last.to_string()), rest.first()) {
        (Some(Node::Branch(element)), Some(member)) => !element.contains_key(*member),
        (Some(Node::Leaf(_)) | None, _) | (Some(Node::Branch(_)), None) => false,
    };
    if fills_last { last } else { tree.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(text: &str) -> Node {
        Node::Leaf(text.to_owned())
    }

    fn branch<const N: usize>(members: [(&str, Node); N]) -> Node {
        Node::Branch(members.into_iter().map(|(name, node)| (name.to_owned(), node)).collect())
    }

    #[test]
    fn nested_names_make_a_tree() {
        let item = |amount| {
            branch([("price_data", branch([("unit_amount", leaf(amount))])), ("quantity", leaf("1"))])
        };
        let tree = decode(
            b"line_items[0][price_data][unit_amount]=500&line_items[0][quantity]=1\
              &line_items[1][price_data][unit_amount]=7&line_items[1][quantity]=1&mode=payment&metadata[a%20b]=%C3%A9+x",
        )
        .unwrap();
        assert_eq!(tree["line_items"], branch([("0", item("500")), ("1", item("7"))]));
        assert_eq!(tree["metadata"], branch([("a b", leaf("é x"))]));
        assert_eq!(tree["mode"], leaf("payment"));
    }

    #[test]
    fn brackets_without_an_index_append() {
        let tree = decode(b"expand[]=a&expand[]=b&items[][x]=1&items[][y]=2&items[][x]=3").unwrap();
        assert_eq!(tree["expand"], branch([("0", leaf("a")), ("1", leaf("b"))]));
        let first = branch([("x", leaf("1")), ("y", leaf("2"))]);
        assert_eq!(tree["items"], branch([("0", first), ("1", branch([("x", leaf("3"))]))]));
    }

    #[test]
    fn eleven_elements_stay_in_order() {
        let body: Vec<String> = (0..11).map(|i| format!("a[{i}]={i}")).collect();
        let Some(Node::Branch(array)) = decode(body.join("&").as_bytes()).unwrap().remove("a") else {
            panic!()
        };
        let order: Vec<usize> = in_order(array).unwrap().into_iter().map(|(index, _)| index).collect();
        assert_eq!(order, (0..11).collect::<Vec<_>>());
    }

    #[test]
    fn bad_names_are_refused() {
        for bad in
            ["a[b=1", "a]b=1", "[a]=1", "a[b]c=1", "a=1&a[b]=2", "a[b]=2&a=1", "a=%FF", "=1", "a[[b]]=1"]
        {
            assert!(decode(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(decode(format!("a{}=1", "[b]".repeat(5000)).as_bytes()).is_err());
    }

    #[test]
    fn json_makes_the_same_tree() {
        let json = decode_json(br#"{"a":{"b":[true,1,"x",null]}}"#).unwrap();
        assert_eq!(json, decode(b"a[b][0]=true&a[b][1]=1&a[b][2]=x&a[b][3]=").unwrap());
        assert!(decode_json(b"[]x").is_err() && decode_json(b"3").is_err());
    }
}
