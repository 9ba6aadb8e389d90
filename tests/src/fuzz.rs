//! Requests that nobody would write: made from the schema, then bent. What comes of a seed is always
//! the same, so a seed is all it takes to see a request again.

#![expect(
    clippy::missing_panics_doc,
    reason = "in a harness, whatever can't be is a panic, and so a failed test"
)]

use std::fmt::Write;

use apollo_compiler::{
    Node, Schema,
    ast::{InputValueDefinition, OperationType, Type},
    schema::ExtendedType,
    validation::Valid,
};
use serde_json::{Map, Value, json};

/// A marker in values, which no refusal may repeat.
pub const MARK: &str = "zebra7";

/// Randomness from a seed (`SplitMix64`).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Dice that fall by this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub fn roll(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).expect("64 bits hold it");
        usize::try_from(self.next() % end).expect("it is below a usize")
    }

    /// Whether what happens so many times in a hundred happens now.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.roll(100) < percent
    }

    /// One of them.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len())]
    }
}

/// A request as a transport would hand it to the gate.
#[derive(Clone, Debug)]
pub struct Written {
    /// The document.
    pub query: String,
    /// The operation meant.
    pub operation_name: Option<String>,
    /// The variables.
    pub variables: Map<String, Value>,
    /// Whether the document was bent: what was a value may then be a name.
    pub bent: bool,
}

/// Texts that have been trouble somewhere.
const TEXTS: [&str; 18] = [
    "",
    "zebra7",
    "signal_01h455vb4pex5vsknk084sn02q",
    "zebra7_01h455vb4pex5vsknk084sn02q",
    "\u{0}zebra7",
    "\u{202e}zebra7",
    "zebra7\r\nx: y",
    "2026-03-02T09:00:00Z",
    "2026-02-30",
    "9999-12-31T23:59:60+99:99",
    "+3223591616",
    "zebra7@example.be",
    "https://zebra7.example/\u{fffd}",
    "nl-BE-zebra7",
    "01890a5d-ac96-774b-bcce-b302099a8057",
    "eyJ2IjoxfQ",
    "%_\\'\";--zebra7",
    "=cmd|' /C calc'!A1",
];

/// Numbers that have been trouble somewhere, as they are written.
const NUMBERS: [&str; 14] = [
    "0",
    "1",
    "-1",
    "-0",
    "100",
    "101",
    "2147483647",
    "2147483648",
    "4294967296",
    "9007199254740993",
    "1e400",
    "-1e-400",
    "0.30000000000000004",
    "123456789012345678901234567890123456789012345678901234567890",
];

/// Pieces that change what a document means wherever they land.
const PIECES: [&str; 40] = [
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "!",
    "$",
    "@",
    "...",
    ":",
    "=",
    "|",
    "&",
    "\"",
    "\"\"\"",
    "\\",
    "\\u",
    "\\u{10ffff}",
    "#",
    ",",
    "\u{feff}",
    "\u{0}",
    "\n",
    "query",
    "mutation",
    "subscription",
    "fragment",
    " on ",
    "true",
    "null",
    "@skip(if: true)",
    "@include(if: $v0)",
    "__typename",
    "__schema",
    "__type(name: \"Query\")",
    "extend",
    "1e400",
    "4294967296",
    "\u{1f980}",
];

/// Writes requests for one schema.
#[derive(Debug)]
pub struct Author {
    schema: Valid<Schema>,
    ids: Vec<String>,
}

impl Author {
    /// An author who knows this schema.
    #[must_use]
    pub fn new(sdl: &str) -> Self {
        let schema = Schema::parse_and_validate(sdl, "schema.graphql");
        Self {
            schema: schema.expect("the schema is valid"),
            ids: Vec::new(),
        }
    }

    /// The same author, who also knows records by their ids.
    #[must_use]
    pub fn who_knows(mut self, ids: Vec<String>) -> Self {
        self.ids = ids;
        self
    }

    /// A query that is good but for its values, mostly.
    #[must_use]
    pub fn query(&self, dice: &mut Dice) -> Written {
        self.operation(OperationType::Query, dice)
    }

    /// Any request: good, bent, or made to harm.
    #[must_use]
    pub fn request(&self, dice: &mut Dice) -> Written {
        match dice.roll(10) {
            0 => harmful(dice),
            1 => self.operation(OperationType::Mutation, dice),
            2..=4 => self.query(dice),
            _ => {
                let mut written = match dice.roll(4) {
                    0 => harmful(dice),
                    1 => self.operation(OperationType::Mutation, dice),
                    _ => self.query(dice),
                };
                for _ in 0..=dice.roll(6) {
                    bend(&mut written.query, dice);
                }
                written.bent = true;
                written
            }
        }
    }

    fn operation(&self, kind: OperationType, dice: &mut Dice) -> Written {
        let mut draft = Draft {
            author: self,
            dice,
            declared: Vec::new(),
            variables: Map::new(),
            fragments: Vec::new(),
            aliases: 0,
            left: 40,
        };
        let root = self.schema.root_operation(kind).expect("there is one");
        let root = root.as_str();
        let selection = draft.selection(root, 6);
        let Draft {
            declared,
            variables,
            fragments,
            dice,
            ..
        } = draft;
        let name = dice.chance(60).then(|| "Fuzzed".to_owned());
        let mut query = match kind {
            OperationType::Mutation => "mutation".to_owned(),
            _ => "query".to_owned(),
        };
        if let Some(name) = &name {
            query = format!("{query} {name}");
        }
        if !declared.is_empty() {
            query = format!("{query}({})", declared.join(", "));
        }
        query += &selection;
        for fragment in fragments {
            query += "\n";
            query += &fragment;
        }
        Written {
            query,
            operation_name: name.filter(|_| dice.chance(50)),
            variables,
            bent: false,
        }
    }
}

/// An operation while it is being written.
struct Draft<'a> {
    author: &'a Author,
    dice: &'a mut Dice,
    declared: Vec<String>,
    variables: Map<String, Value>,
    fragments: Vec<String>,
    aliases: usize,
    /// Fields that may still be written.
    left: usize,
}

impl Draft<'_> {
    /// A selection set on a type, at most so deep.
    fn selection(&mut self, on: &str, depth: usize) -> String {
        let author = self.author;
        let mut text = String::from(" {");
        let mut empty = true;
        let fields = match author.schema.types.get(on) {
            Some(ExtendedType::Object(object)) => Some(&object.fields),
            Some(ExtendedType::Interface(interface)) => Some(&interface.fields),
            _ => None,
        };
        for _ in 0..=self.dice.roll(4) {
            let Some(fields) = fields else { break };
            if self.left == 0 {
                break;
            }
            let (name, field) = fields
                .get_index(self.dice.roll(fields.len()))
                .expect("it is below their number");
            let inner = field.ty.inner_named_type().as_str();
            let leaf = matches!(
                author.schema.types.get(inner),
                Some(ExtendedType::Scalar(_) | ExtendedType::Enum(_))
            );
            if !leaf && depth == 0 {
                continue;
            }
            self.left -= 1;
            let arguments = self.arguments(&field.arguments);
            text += " ";
            // Two fields of one name must not differ.
            if !arguments.is_empty() || !leaf {
                write!(text, "a{}: ", self.aliases).expect("text");
                self.aliases += 1;
            }
            text += name;
            text += &arguments;
            text += &self.directive();
            if !leaf {
                text += &self.selection(inner, depth - 1);
            }
            empty = false;
        }
        if !empty && self.dice.chance(15) && depth > 0 {
            let inner = self.selection(on, depth - 1);
            if self.dice.chance(50) {
                write!(text, " ... on {on}{}{inner}", self.directive()).expect("text");
            } else {
                let n = self.fragments.len();
                self.fragments.push(format!("fragment F{n} on {on}{inner}"));
                write!(text, " ...F{n}").expect("text");
            }
        }
        if empty || self.dice.chance(10) {
            text += " __typename";
        }
        text + " }"
    }

    fn directive(&mut self) -> String {
        if !self.dice.chance(5) {
            return String::new();
        }
        let name = *self.dice.pick(&["skip", "include"]);
        let value = *self.dice.pick(&["true", "false"]);
        if self.dice.chance(50) {
            return format!(" @{name}(if: {value})");
        }
        let variable = self.declare("Boolean!", json!(value == "true"));
        format!(" @{name}(if: ${variable})")
    }

    /// Declares one more variable; its name.
    fn declare(&mut self, ty: &str, value: Value) -> String {
        let name = format!("v{}", self.declared.len());
        self.declared.push(format!("${name}: {ty}"));
        self.variables.insert(name.clone(), value);
        name
    }

    fn arguments(&mut self, arguments: &[Node<InputValueDefinition>]) -> String {
        let mut parts = Vec::new();
        for argument in arguments {
            if !argument.is_required() && self.dice.chance(70) {
                continue;
            }
            let value = self.value(&argument.ty, 4);
            let value = if self.dice.chance(50) {
                format!("${}", self.declare(&argument.ty.to_string(), value))
            } else {
                literal(&value, self.dice)
            };
            parts.push(format!("{}: {value}", argument.name));
        }
        if parts.is_empty() {
            String::new()
        } else {
            format!("({})", parts.join(", "))
        }
    }

    /// A value of a type, mostly.
    fn value(&mut self, ty: &Type, depth: usize) -> Value {
        if self.dice.chance(4) {
            return self.nonsense(depth);
        }
        match ty {
            Type::Named(_) | Type::List(_) if self.dice.chance(8) => Value::Null,
            Type::List(inner) | Type::NonNullList(inner) => {
                let length = self.dice.roll(4);
                (0..length)
                    .map(|_| self.value(inner, depth.saturating_sub(1)))
                    .collect()
            }
            Type::Named(name) | Type::NonNullNamed(name) => self.named(name.as_str(), depth),
        }
    }

    fn named(&mut self, name: &str, depth: usize) -> Value {
        let author = self.author;
        match author.schema.types.get(name) {
            Some(ExtendedType::Enum(values)) => {
                let at = self.dice.roll(values.values.len());
                let (value, _) = values.values.get_index(at).expect("there is one");
                json!(value.as_str())
            }
            Some(ExtendedType::InputObject(input)) => {
                let mut fields = Map::new();
                for (name, field) in &input.fields {
                    let wanted = field.is_required() || (depth > 0 && self.dice.chance(25));
                    if wanted {
                        let value = self.value(&field.ty, depth.saturating_sub(1));
                        fields.insert(name.to_string(), value);
                    }
                }
                Value::Object(fields)
            }
            _ => match name {
                "Int" => json!(self.dice.roll(30)),
                "Float" => json!(0.5),
                "Boolean" => json!(self.dice.chance(50)),
                "ID" if !author.ids.is_empty() && self.dice.chance(80) => {
                    json!(self.dice.pick(&author.ids))
                }
                "DateTime" => json!("2026-03-02T09:00:00Z"),
                "Date" => json!("2026-03-02"),
                "UUID" => json!("01890a5d-ac96-774b-bcce-b302099a8057"),
                _ => json!(self.dice.pick(&TEXTS)),
            },
        }
    }

    fn nonsense(&mut self, depth: usize) -> Value {
        match self.dice.roll(7) {
            0 => json!(self.dice.pick(&TEXTS)),
            1 => serde_json::from_str(self.dice.pick::<&str>(&NUMBERS)).unwrap_or(Value::Null),
            2 => json!({ "zebra": [self.dice.roll(9)] }),
            3 => json!("zebra7 ".repeat(self.dice.roll(400))),
            4 if depth > 0 => json!([self.nonsense(depth - 1), self.nonsense(depth - 1)]),
            5 => {
                let mut nested = json!("zebra7");
                for _ in 0..self.dice.roll(100) {
                    nested = json!([nested]);
                }
                nested
            }
            _ => Value::Null,
        }
    }
}

/// A value as a document writes it; enum values as names, mostly.
fn literal(value: &Value, dice: &mut Dice) -> String {
    match value {
        Value::String(text) => {
            let is_name = !text.is_empty()
                && text
                    .bytes()
                    .all(|byte| byte == b'_' || byte.is_ascii_uppercase());
            if is_name && dice.chance(95) {
                text.clone()
            } else {
                value.to_string()
            }
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| literal(item, dice)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let fields: Vec<_> = fields
                .iter()
                .map(|(name, field)| format!("{name}: {}", literal(field, dice)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        other => other.to_string(),
    }
}

/// A document made to harm, of any size.
#[must_use]
pub fn harmful(dice: &mut Dice) -> Written {
    let times = 1 << dice.roll(12);
    let numbered = |each: &dyn Fn(usize) -> String| (0..times).map(each).collect::<String>();
    let nested = |open: &str, core: &str, close: &str| {
        format!("{}{core}{}", open.repeat(times), close.repeat(times))
    };
    let query = match dice.roll(16) {
        0 => {
            let chain = numbered(&|n| {
                let m = n + 1;
                format!("fragment F{n} on Query {{ ...F{m} ...F{m} }} ")
            });
            format!("{{ ...F0 }} {chain} fragment F{times} on Query {{ __typename }}")
        }
        1 => format!("{{ nodes(ids: {}) {{ id }} }}", nested("[", "", "]")),
        2 => format!(
            "query($v: [ID!]! = {}) {{ nodes(ids: $v) {{ id }} }}",
            nested("[", "\"zebra7\"", "]")
        ),
        3 => format!("{{ __typename @skip(if: {}) }}", nested("[", "true", "]")),
        4 => format!(
            "{{ signals(where: {}) {{ totalCount }} }}",
            nested("{not: ", "{}", "}")
        ),
        5 => nested("{ a ", "", "}"),
        6 => format!("{{ {} }}", numbered(&|n| format!("a{n}: __typename "))),
        7 => format!("{{ __typename {} }}", "@skip(if: false) ".repeat(times)),
        8 => format!(
            "query({}) {{ __typename }}",
            numbered(&|n| format!("$v{n}: Int "))
        ),
        9 => numbered(&|n| format!("query Q{n} {{ __typename }} ")),
        10 => format!(
            "{{ ...A }} fragment A on Query {{ ...B }} fragment B on Query {{ {} }}",
            "...A ".repeat(times)
        ),
        11 => nested("{ ... on Query ", "{ __typename }", "}"),
        12 => format!(
            "{{ __schema {{ types {} }} }}",
            nested("{ fields { type ", "{ name }", "} }")
        ),
        13 => {
            let name = "zebra7".repeat(10 * times);
            format!("{{ __schema {{ types {{ fields {{ {name}: name }} }} }} }}")
        }
        14 => {
            let name = "n".repeat(times);
            format!(
                "query {name}(${name}: Boolean = true) {{ ...{name} }} \
                 fragment {name} on Query {{ {name}: __typename @skip(if: ${name}) }}"
            )
        }
        _ => format!(
            "{{ {} }}",
            "signals(first: 4294967296) { nodes { id } } ".repeat(times)
        ),
    };
    Written {
        query,
        operation_name: None,
        variables: Map::new(),
        bent: false,
    }
}

/// Changes a text somewhere.
pub fn bend(text: &mut String, dice: &mut Dice) {
    let somewhere = |text: &str, dice: &mut Dice| {
        let mut at = dice.roll(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (a, b) = (somewhere(text, dice), somewhere(text, dice));
    let (from, to) = (a.min(b), a.max(b));
    // Far apart, what is left would mostly be no document.
    let to = if to - from > 40 && dice.chance(80) {
        let mut near = from + 20;
        while !text.is_char_boundary(near) {
            near -= 1;
        }
        near
    } else {
        to
    };
    match dice.roll(7) {
        0 => text.replace_range(from..to, ""),
        1 => {
            let piece = text[from..to].repeat(1 + dice.roll(4));
            text.insert_str(from, &piece);
        }
        2 => text.truncate(from),
        3 => {
            let piece = text[from..to].to_owned();
            let at = somewhere(text, dice);
            text.insert_str(at, &piece);
        }
        4 => text.replace_range(from..to, dice.pick::<&str>(&NUMBERS)),
        _ => text.insert_str(from, dice.pick::<&str>(&PIECES)),
    }
}
