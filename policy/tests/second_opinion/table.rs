//! The second statement of the law: the rows of `data/facts_needed/*.tsv` and the language of their conditions.
//!
//! A row was written by somebody else, from the text of the law, with names of its own. Its first condition is kept as
//! it was written; where that is wrong or too coarse, the column `read as` says what the text of the law says, and `why`.
//!
//! ```text
//! rule := "when" expr "must" expr | "see" ids | expr
//! expr := and ("or" and)*     and := not ("and" not)*     not := "not" not | "(" expr ")" | atom
//! atom := "always" | "never" | "row" id | "some" not | name | name "=" word | name ("<"|"<="|">"|">=") number
//!       | name ["not"] "in" "{" word, word "}" | name ["not"] "in" name
//! ```
//! `basis` is the permit relied on; `*` at the end of an id stands for anything. `row` takes the condition of another row
//! (`row basis`: of the permit relied on); `some` asks whether it is so of any
//! permission given, not only of the one relied on. Both are ours, not the tables'.

/// A condition in the table's own names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    Always,
    Never,
    Row(String),
    Name(String),
    Is(String, String),
    Among(String, Vec<String>),
    Compare(String, String, String),
    Some(Box<Said>),
    Not(Box<Said>),
    And(Vec<Said>),
    Or(Vec<Said>),
}

/// What a row demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// No basis by itself; it points at others.
    See,
    /// The condition.
    Plain(Said),
    /// If the first, then the second must be.
    Must(Said, Said),
}

/// What a row does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Norm {
    Define,
    Permit,
    Forbid,
    Limit,
    Require,
}

/// One row.
#[derive(Debug, Clone)]
pub struct Row {
    pub regime: &'static str,
    pub id: String,
    pub norm: Norm,
    pub relevance: String,
    /// As it was written.
    pub said: Rule,
    /// As it is read: what was written, or what the law says instead.
    pub rule: Rule,
    /// Why it is read otherwise than it was written; empty if it is not.
    pub why: String,
}

const FILES: [(&str, &str); 4] = [
    ("hipaa", include_str!("../data/facts_needed/hipaa.tsv")),
    ("ferpa", include_str!("../data/facts_needed/ferpa.tsv")),
    ("part2", include_str!("../data/facts_needed/part2.tsv")),
    ("cfr23", include_str!("../data/facts_needed/cfr23.tsv")),
];

/// Every row, in order. A row that cannot be read fails the test.
pub fn rows() -> Vec<Row> {
    FILES.iter().flat_map(|(regime, text)| text.lines().skip(1).map(|line| row(regime, line))).collect()
}

fn row(regime: &'static str, line: &str) -> Row {
    let cells: Vec<&str> = line.split('\t').collect();
    let [id, norm, relevance, said, read_as, why] = cells[..] else {
        panic!("six columns, not {}: {line}", cells.len());
    };
    // `read as` may begin with another norm.
    let (read_norm, read_as) = match read_as.split_once(": ") {
        Some((norm, text)) => (norm, text),
        None => (norm, read_as),
    };
    let norm = match read_norm {
        "define" => Norm::Define,
        "permit" => Norm::Permit,
        "forbid" => Norm::Forbid,
        "limit" => Norm::Limit,
        "require" => Norm::Require,
        other => panic!("{id}: `{other}` is no norm"),
    };
    assert_eq!(read_as.is_empty(), why.is_empty(), "{id}: what is read otherwise has a reason");
    let parsed = |text: &str| rule(text).unwrap_or_else(|fault| panic!("{id}: {fault}: {text}"));
    let said = parsed(said);
    Row {
        regime,
        id: id.to_owned(),
        norm,
        relevance: relevance.to_owned(),
        rule: if read_as.is_empty() { said.clone() } else { parsed(read_as) },
        said,
        why: why.to_owned(),
    }
}

/// Reads a condition of the table.
pub fn rule(text: &str) -> Result<Rule, String> {
    if text.starts_with("see ") {
        return Ok(Rule::See);
    }
    let mut parser = Parser { tokens: tokens(text)?, next: 0 };
    if parser.eat("when") {
        let when = parser.or()?;
        if !parser.eat("must") {
            return Err("`when` without `must`".to_owned());
        }
        let must = parser.or()?;
        return parser.end(Rule::Must(when, must));
    }
    let said = parser.or()?;
    parser.end(Rule::Plain(said))
}

/// Reads a condition without `when`.
pub fn said(text: &str) -> Result<Said, String> {
    match rule(text)? {
        Rule::Plain(said) => Ok(said),
        Rule::See | Rule::Must(..) => Err("a plain condition is wanted".to_owned()),
    }
}

const SIGNS: [&str; 8] = ["<=", ">=", "(", ")", "{", "}", ",", "="];

fn tokens(text: &str) -> Result<Vec<&str>, String> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '*');
        let length = match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            Some(sign) => sign.len(),
            None if matches!(first, '<' | '>') => 1,
            None if word(first) => rest.find(|c| !word(c)).unwrap_or(rest.len()),
            None => return Err(format!("`{first}` has no meaning")),
        };
        out.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    Ok(out)
}

struct Parser<'a> {
    tokens: Vec<&'a str>,
    next: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> &'a str {
        self.tokens.get(self.next).copied().unwrap_or("")
    }

    fn take(&mut self) -> &'a str {
        let token = self.peek();
        self.next += 1;
        token
    }

    fn eat(&mut self, wanted: &str) -> bool {
        let found = self.peek() == wanted;
        self.next += usize::from(found);
        found
    }

    fn end<T>(&self, done: T) -> Result<T, String> {
        if self.next < self.tokens.len() { Err(format!("`{}` is too much", self.peek())) } else { Ok(done) }
    }

    fn or(&mut self) -> Result<Said, String> {
        self.chain("or", Self::and, Said::Or)
    }

    fn and(&mut self) -> Result<Said, String> {
        self.chain("and", Self::not, Said::And)
    }

    fn chain(
        &mut self,
        link: &str,
        part: fn(&mut Self) -> Result<Said, String>,
        join: fn(Vec<Said>) -> Said,
    ) -> Result<Said, String> {
        let mut parts = vec![part(self)?];
        while self.eat(link) {
            parts.push(part(self)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { join(parts) })
    }

    fn not(&mut self) -> Result<Said, String> {
        if self.eat("not") {
            return Ok(Said::Not(Box::new(self.not()?)));
        }
        if self.eat("(") {
            let inner = self.or()?;
            return if self.eat(")") { Ok(inner) } else { Err("`(` without `)`".to_owned()) };
        }
        self.atom()
    }

    fn word(&mut self) -> Result<String, String> {
        let word = self.take();
        let reserved = ["", "and", "or", "not", "in", "when", "must"].contains(&word);
        if reserved || !word.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return Err(format!("a name is wanted, not `{word}`"));
        }
        Ok(word.to_owned())
    }

    fn atom(&mut self) -> Result<Said, String> {
        let name = self.word()?;
        match (name.as_str(), self.peek()) {
            ("always", _) => Ok(Said::Always),
            ("never", _) => Ok(Said::Never),
            ("some", _) => Ok(Said::Some(Box::new(self.not()?))),
            ("row", _) => Ok(Said::Row(self.word()?)),
            (_, "=") => {
                self.take();
                Ok(Said::Is(name, self.word()?))
            }
            (_, "<" | "<=" | ">" | ">=") => {
                let sign = self.take().to_owned();
                Ok(Said::Compare(name, sign, self.word()?))
            }
            (_, "not") => {
                self.take();
                if self.peek() != "in" {
                    return Err("`not` between a name and something other than `in`".to_owned());
                }
                Ok(Said::Not(Box::new(self.list(name)?)))
            }
            (_, "in") => self.list(name),
            _ => Ok(Said::Name(name)),
        }
    }

    fn list(&mut self, name: String) -> Result<Said, String> {
        self.take();
        if !self.eat("{") {
            let list = self.word()?;
            return Ok(Said::Name(format!("{name} in {list}")));
        }
        let mut words = vec![self.word()?];
        while self.eat(",") {
            words.push(self.word()?);
        }
        if self.eat("}") { Ok(Said::Among(name, words)) } else { Err("`{` without `}`".to_owned()) }
    }
}
