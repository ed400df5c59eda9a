//! Conditions of the law: the grammar, its typed tree, and the parser.
//!
//! ```text
//! expr := and ("or" and)*        and := not ("and" not)*        not := "not" not | "(" expr ")" | atom
//! atom := path                                      a flag:         circumstances.serious_threat
//!       | path "=" value | path "in" "{" v, v "}"   one of values:  recipient.sector in {law_enforcement, prosecutor}
//!       | path "has" value | path "has" "{" v "}"   a list has any: record.elements has diagnosis_or_treatment
//!       | path "within" "{" v, v "}"                a list has nothing else
//!       | path ("<" | "<=" | "=" | ">" | ">=") integer
//!       | "known" "(" path ")"                      established, one way or the other
//!       | "@" name                                  a definition
//!       | "consent.none"                            no permission at all is given
//!       | "any_consent" "(" expr ")"                true of some permission, not only of the one in view
//!       | "true" | "false"
//! ```
//! `#` starts a comment to the end of the line. The parser knows the vocabulary: a path, value or type that does not fit
//! is an error at its place.

use std::fmt;

use super::ClauseRef;
use super::error::Fault;
use super::lexer::{Placed, Token, tokens};
use crate::facts::{FactId, Kind, near};

/// Bytes of one expression, at most.
const EXPR_BYTES_MAX: usize = 16 * 1024;
/// Parentheses and negations within each other, at most.
const NESTING_MAX: usize = 48;

/// How a number is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// Less than.
    Less,
    /// Less than or equal to.
    AtMost,
    /// Equal to.
    Equal,
    /// Greater than.
    More,
    /// Greater than or equal to.
    AtLeast,
}

impl Comparison {
    const fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Equal => "=",
            Self::More => ">",
            Self::AtLeast => ">=",
        }
    }

    /// Whether it holds of two numbers.
    pub fn holds(self, left: i32, right: i32) -> bool {
        match self {
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::Equal => left == right,
            Self::More => left > right,
            Self::AtLeast => left >= right,
        }
    }
}

/// A definition where a condition names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its name, without the `@`.
    pub name: String,
    /// The byte of the condition where it is named.
    pub(super) at: usize,
    /// The clause that defines it, once the law is loaded.
    pub(super) clause: Option<ClauseRef>,
}

/// A condition. Values are bits in the order of the fact's list; a flag has one, meaning *true*.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// Always, or never.
    Const(bool),
    /// The fact is (or its list has) any of these values.
    Any(FactId, u64),
    /// The fact's list has none but these values.
    Within(FactId, u64),
    /// The fact is established, one way or the other.
    Known(FactId),
    /// The number compares so.
    Compare(FactId, Comparison, i32),
    /// No permission at all is given.
    NoPermission,
    /// True of some permission.
    AnyPermission(Box<Expr>),
    /// A definition.
    Define(Named),
    /// Not so.
    Not(Box<Expr>),
    /// All of them.
    And(Vec<Expr>),
    /// Any of them.
    Or(Vec<Expr>),
}

impl Expr {
    /// Parses an expression.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        if text.len() > EXPR_BYTES_MAX {
            return Err(Fault::new(
                0,
                format!("longer than {EXPR_BYTES_MAX} bytes; split it into definitions"),
            ));
        }
        let tokens = tokens(text)?;
        let mut parser = Parser { tokens: &tokens, next: 0, nesting: 0 };
        let expr = parser.or()?;
        match parser.peek() {
            (Token::End, _) => Ok(expr),
            (token, at) => {
                Err(Fault::new(at, format!("expected `and`, `or` or the end, found {}", token.shown())))
            }
        }
    }

    /// Calls `visit` with this expression and all within it, outermost first.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        visit(self);
        match self {
            Self::Not(inner) | Self::AnyPermission(inner) => inner.walk(visit),
            Self::And(all) | Self::Or(all) => all.iter().for_each(|inner| inner.walk(visit)),
            _ => {}
        }
    }
}

/// The expression as it can be written again.
impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |fact: &FactId, bits: u64| {
            let values = fact.row().kind.values().iter().enumerate();
            let chosen: Vec<&str> =
                values.filter(|(at, _)| bits >> at & 1 == 1).map(|(_, v)| v.name).collect();
            format!("{{{}}}", chosen.join(", "))
        };
        match self {
            Self::Const(value) => write!(f, "{value}"),
            Self::Any(fact, bits) => match fact.row().kind {
                Kind::One(_) => write!(f, "{} in {}", fact.path(), list(fact, *bits)),
                Kind::Some(_) | Kind::List(_) => write!(f, "{} has {}", fact.path(), list(fact, *bits)),
                Kind::Flag | Kind::Count => f.write_str(fact.path()),
            },
            Self::Within(fact, bits) => write!(f, "{} within {}", fact.path(), list(fact, *bits)),
            Self::Known(fact) => write!(f, "known({})", fact.path()),
            Self::Compare(fact, comparison, number) => {
                write!(f, "{} {} {number}", fact.path(), comparison.sign())
            }
            Self::NoPermission => f.write_str("consent.none"),
            Self::AnyPermission(inner) => write!(f, "any_consent({inner})"),
            Self::Define(named) => write!(f, "@{}", named.name),
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::And(parts) | Self::Or(parts) => {
                let link = if matches!(self, Self::And(_)) { " and " } else { " or " };
                for (at, part) in parts.iter().enumerate() {
                    let compound = matches!(part, Self::And(_) | Self::Or(_));
                    f.write_str(if at == 0 { "" } else { link })?;
                    if compound { write!(f, "({part})")? } else { write!(f, "{part}")? }
                }
                Ok(())
            }
        }
    }
}

impl Expr {
    /// Fills in what each definition stands for.
    pub(super) fn resolve(&mut self, clause_of: &impl Fn(&str) -> Option<ClauseRef>) {
        match self {
            Self::Define(named) => named.clause = clause_of(&named.name),
            Self::Not(inner) | Self::AnyPermission(inner) => inner.resolve(clause_of),
            Self::And(parts) | Self::Or(parts) => parts.iter_mut().for_each(|part| part.resolve(clause_of)),
            _ => {}
        }
    }
}

struct Parser<'t, 'a> {
    tokens: &'t [Placed<'a>],
    next: usize,
    nesting: usize,
}

impl<'a> Parser<'_, 'a> {
    fn peek(&self) -> Placed<'a> {
        // The last token is always `End` and is never consumed.
        self.tokens.get(self.next).or(self.tokens.last()).copied().unwrap_or((Token::End, 0))
    }

    fn take(&mut self) -> Placed<'a> {
        let token = self.peek();
        self.next = (self.next + 1).min(self.tokens.len().saturating_sub(1));
        token
    }

    fn eat(&mut self, wanted: Token<'static>) -> bool {
        let found = self.peek().0 == wanted;
        if found {
            self.take();
        }
        found
    }

    fn expect(&mut self, sign: &'static str, after: &str) -> Result<(), Fault> {
        match self.take() {
            (Token::Sign(found), _) if found == sign => Ok(()),
            (token, at) => {
                Err(Fault::new(at, format!("expected `{sign}` after {after}, found {}", token.shown())))
            }
        }
    }

    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        if self.nesting == NESTING_MAX {
            return Err(Fault::new(
                self.peek().1,
                format!("nested more than {NESTING_MAX} deep; use definitions"),
            ));
        }
        self.nesting += 1;
        let result = parse(self);
        self.nesting -= 1;
        result
    }

    fn or(&mut self) -> Result<Expr, Fault> {
        self.chain("or", Self::and, Expr::Or)
    }

    fn and(&mut self) -> Result<Expr, Fault> {
        self.chain("and", Self::not, Expr::And)
    }

    fn chain(
        &mut self,
        link: &'static str,
        part: fn(&mut Self) -> Result<Expr, Fault>,
        join: fn(Vec<Expr>) -> Expr,
    ) -> Result<Expr, Fault> {
        let first = part(self)?;
        if self.peek().0 != Token::Word(link) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.eat(Token::Word(link)) {
            parts.push(part(self)?);
        }
        Ok(join(parts))
    }

    fn not(&mut self) -> Result<Expr, Fault> {
        if self.eat(Token::Word("not")) {
            return Ok(Expr::Not(Box::new(self.nested(Self::not)?)));
        }
        if self.eat(Token::Sign("(")) {
            let inner = self.nested(Self::or)?;
            self.expect(")", "the expression")?;
            return Ok(inner);
        }
        self.atom()
    }

    fn atom(&mut self) -> Result<Expr, Fault> {
        let (token, at) = self.take();
        let word = match token {
            Token::Word(word) => word,
            Token::Sign("@") => {
                return match self.take() {
                    (Token::Word(name), _) => {
                        Ok(Expr::Define(Named { name: name.to_owned(), at, clause: None }))
                    }
                    (token, at) => {
                        Err(Fault::new(at, format!("expected a name after `@`, found {}", token.shown())))
                    }
                };
            }
            token => return Err(Fault::new(at, format!("expected a condition, found {}", token.shown()))),
        };
        match word {
            "true" => Ok(Expr::Const(true)),
            "false" => Ok(Expr::Const(false)),
            "consent.none" => Ok(Expr::NoPermission),
            "any_consent" => {
                self.expect("(", "`any_consent`")?;
                let inner = self.nested(Self::or)?;
                self.expect(")", "the expression")?;
                Ok(Expr::AnyPermission(Box::new(inner)))
            }
            "known" => {
                self.expect("(", "`known`")?;
                let (token, at) = self.take();
                let Token::Word(path) = token else {
                    return Err(Fault::new(at, format!("expected a fact, found {}", token.shown())));
                };
                let fact = fact(path, at)?;
                self.expect(")", "the fact")?;
                Ok(Expr::Known(fact))
            }
            "and" | "or" | "not" | "in" | "has" | "within" => {
                Err(Fault::new(at, format!("expected a condition, found `{word}`")))
            }
            path => self.condition(fact(path, at)?, at),
        }
    }

    /// What follows a path.
    fn condition(&mut self, fact: FactId, at: usize) -> Result<Expr, Fault> {
        let kind = fact.row().kind;
        let (token, operator_at) = self.peek();
        let operator = match token {
            Token::Sign(sign @ ("=" | "<" | "<=" | ">" | ">=")) => sign,
            Token::Word(word @ ("in" | "has" | "within")) => word,
            _ if kind == Kind::Flag => return Ok(Expr::Any(fact, 1)),
            _ => return Err(Fault::new(at, format!("`{}` is no flag; {}", fact.path(), usage(kind)))),
        };
        self.take();
        let misfit = || {
            Err(Fault::new(
                operator_at,
                format!("`{operator}` does not fit `{}`; {}", fact.path(), usage(kind)),
            ))
        };
        match (kind, operator) {
            (Kind::One(_) | Kind::Some(_), "=") => Ok(Expr::Any(fact, self.value(fact)?)),
            (Kind::One(_) | Kind::Some(_), "in") => Ok(Expr::Any(fact, self.values(fact)?)),
            (Kind::Some(_) | Kind::List(_), "has") => {
                let one = self.peek().0 != Token::Sign("{");
                Ok(Expr::Any(fact, if one { self.value(fact)? } else { self.values(fact)? }))
            }
            (Kind::Some(_) | Kind::List(_), "within") => Ok(Expr::Within(fact, self.values(fact)?)),
            (Kind::Count, "in" | "has" | "within") => misfit(),
            (Kind::Count, sign) => {
                let comparison = match sign {
                    "<" => Comparison::Less,
                    "<=" => Comparison::AtMost,
                    ">" => Comparison::More,
                    ">=" => Comparison::AtLeast,
                    _ => Comparison::Equal,
                };
                match self.take() {
                    (Token::Number(number), _) => Ok(Expr::Compare(fact, comparison, number)),
                    (token, at) => {
                        Err(Fault::new(at, format!("expected a whole number, found {}", token.shown())))
                    }
                }
            }
            _ => misfit(),
        }
    }

    fn value(&mut self, fact: FactId) -> Result<u64, Fault> {
        let (token, at) = self.take();
        let Token::Word(word) = token else {
            return Err(Fault::new(
                at,
                format!("expected a value of `{}`, found {}", fact.path(), token.shown()),
            ));
        };
        let values = fact.row().kind.values();
        values.iter().position(|value| value.name == word).map(|bit| 1 << bit).ok_or_else(|| {
            let close = near(word, values.iter().map(|value| value.name));
            Fault::new(at, format!("`{word}` is no value of `{}`{close}", fact.path()))
        })
    }

    fn values(&mut self, fact: FactId) -> Result<u64, Fault> {
        self.expect("{", "the operator")?;
        let mut bits = 0;
        loop {
            let at = self.peek().1;
            let bit = self.value(fact)?;
            if bits & bit != 0 {
                return Err(Fault::new(at, "the value is listed twice"));
            }
            bits |= bit;
            match self.take() {
                (Token::Sign(","), _) if self.eat(Token::Sign("}")) => return Ok(bits),
                (Token::Sign(","), _) => {}
                (Token::Sign("}"), _) => return Ok(bits),
                (token, at) => {
                    return Err(Fault::new(at, format!("expected `,` or `}}`, found {}", token.shown())));
                }
            }
        }
    }
}

fn fact(path: &str, at: usize) -> Result<FactId, Fault> {
    FactId::of(path).ok_or_else(|| {
        let close = near(path, crate::facts::vocabulary().rows().iter().map(|row| row.path));
        Fault::new(at, format!("`{path}` is no fact of the vocabulary{close}"))
    })
}

const fn usage(kind: Kind) -> &'static str {
    match kind {
        Kind::Flag => "write the path alone",
        Kind::One(_) => "write `= value` or `in {..}`",
        Kind::Some(_) => "write `= value`, `in {..}`, `has ..` or `within {..}`",
        Kind::List(_) => "write `has value`, `has {..}` or `within {..}`",
        Kind::Count => "compare it with a number",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> (usize, String) {
        let fault = Expr::parse(text).unwrap_err();
        (fault.at, fault.message)
    }

    #[test]
    fn reads_every_form() {
        for text in [
            "circumstances.serious_threat",
            "recipient.sector = hospital",
            "recipient.sector in {hospital, ems,}",
            "recipient.written_agreement has none",
            "recipient.written_agreement = none or recipient.written_agreement within {none}",
            "record.elements has general_condition and record.elements has {general_condition, diagnosis_or_treatment}",
            "record.elements within {general_condition} # and nothing else",
            "subject.age < 18 or subject.age >= 65 or subject.age = 21",
            "not known(subject.age) and not (consent.none or @threat)",
            "any_consent(consent.signed and consent.given_by = parent)",
            "true and not false",
        ] {
            let expr = Expr::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
            let written = expr.to_string();
            let again = Expr::parse(&written).unwrap_or_else(|fault| panic!("{written}: {fault:?}"));
            assert_eq!(again.to_string(), written);
        }
    }

    #[test]
    fn and_binds_tighter_than_or() {
        let (a, b, c) = ("consent.signed", "consent.expired", "consent.revoked");
        let flat = Expr::parse(&format!("{a} or {b} and {c}")).unwrap();
        assert_eq!(flat, Expr::parse(&format!("{a} or ({b} and {c})")).unwrap());
        assert_ne!(flat, Expr::parse(&format!("({a} or {b}) and {c}")).unwrap());
    }

    #[test]
    fn faults_point_at_the_place() {
        assert_eq!(fault("true and circumstances.imminentt").0, 9);
        assert!(fault("circumstances.imminentt").1.contains("perhaps `circumstances.imminent`"));
        assert_eq!(fault("recipient.sector = hospitl").0, 19);
        assert_eq!(fault("recipient.sector").0, 0);
        assert_eq!(fault("circumstances.imminent = true").0, 23);
        assert!(fault("record.elements = dna").1.contains("write `has value`"));
        assert!(fault("subject.age < young").1.contains("whole number"));
        assert!(fault("true true").1.contains("expected `and`"));
        assert!(fault("true and").1.contains("the end"));
        assert!(fault("(true").1.contains("expected `)`"));
        assert!(fault("purpose in {treatment, treatment}").1.contains("twice"));
        assert!(fault("true & false").1.contains("`&`"));
        assert!(fault("purpose in {}").1.contains("expected a value"));
        assert!(fault("").1.contains("the end"));
    }

    #[test]
    fn nesting_is_bounded() {
        for (open, close) in [("(", ")"), ("not ", ""), ("any_consent(", ")")] {
            let text = |depth: usize| format!("{}true{}", open.repeat(depth), close.repeat(depth));
            assert!(Expr::parse(&text(NESTING_MAX)).is_ok());
            assert!(fault(&text(NESTING_MAX + 1)).1.contains("deep"));
        }
        assert!(fault(&"(".repeat(100_000)).1.contains("longer"));
    }
}
