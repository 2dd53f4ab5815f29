//! Several writes as one statement: each that goes by itself costs a question and an answer, and four of them cost more than what they do.

use sqlx::{Encode, PgConnection, Postgres, QueryBuilder, Type};

use crate::error::Failure;

/// Writes that are carried out together.
///
/// Each sees what was there before all of them, and they come in no order: no two may be about one row, nor about one place of a unique index.
#[derive(Default)]
pub struct Writes {
    sql: QueryBuilder<Postgres>,
    parts: Vec<Part>,
    answers: Vec<String>,
}

struct Part {
    name: &'static str,
    /// How many rows it writes, where that is known.
    rows: Option<usize>,
}

impl Writes {
    /// Carries out what is added, with nothing else.
    pub async fn alone(conn: &mut PgConnection, add: impl FnOnce(&mut Self)) -> Result<(), Failure> {
        let mut writes = Self::default();
        add(&mut writes);
        writes.run(conn).await?;
        Ok(())
    }

    /// One more, under a name that no other of them has.
    pub fn add(&mut self, name: &'static str, write: impl FnOnce(&mut QueryBuilder<Postgres>)) {
        self.push(Part { name, rows: None }, " RETURNING 1", write);
    }

    /// One that changes so many rows, which are locked: any other number is a defect.
    pub fn add_counted(&mut self, name: &'static str, rows: usize, write: impl FnOnce(&mut QueryBuilder<Postgres>)) {
        self.push(Part { name, rows: Some(rows) }, " RETURNING 1", write);
    }

    /// One of which others, or what is asked for, read the rows that it says it returns.
    pub fn add_read(&mut self, name: &'static str, write: impl FnOnce(&mut QueryBuilder<Postgres>)) {
        self.push(Part { name, rows: None }, "", write);
    }

    fn push(&mut self, part: Part, returning: &str, write: impl FnOnce(&mut QueryBuilder<Postgres>)) {
        self.sql.push(if self.parts.is_empty() { "WITH " } else { ", " }).push(part.name).push(" AS (");
        write(&mut self.sql);
        self.sql.push(returning).push(")");
        self.parts.push(part);
    }

    /// Asks for a number when all is written, as SQL, which may name what a write returns.
    pub fn ask(&mut self, number: impl Into<String>) {
        self.answers.push(number.into());
    }

    /// Carries them out. What was asked for, in order.
    pub async fn run(mut self, conn: &mut PgConnection) -> Result<Vec<Option<i64>>, Failure> {
        if self.parts.is_empty() && self.answers.is_empty() {
            return Ok(Vec::new());
        }
        // What nobody counts PostgreSQL would write last, after what is asked for.
        let counts = self.parts.iter().map(|part| format!("(SELECT count(*) FROM {})", part.name));
        let numbers: Vec<String> = counts.chain(std::mem::take(&mut self.answers)).collect();
        self.sql.push(" SELECT ARRAY[").push(numbers.join(", ")).push("]::bigint[]");
        let mut numbers: Vec<Option<i64>> = self.sql.build_query_scalar().fetch_one(conn).await?;
        let answers = numbers.split_off(self.parts.len());
        for (Part { name, rows }, written) in self.parts.into_iter().zip(numbers) {
            if let Some(rows) = rows.filter(|rows| written != i64::try_from(*rows).ok()) {
                let written = written.unwrap_or(0);
                return Err(Failure::Defect(format!("{name}: {written} of {rows} locked rows were there to update")));
            }
        }
        Ok(answers)
    }
}

/// Rows that a write brings along, column by column: each of these is as long as the others.
pub struct Columns<'a> {
    sql: &'a mut QueryBuilder<Postgres>,
    columns: usize,
}

impl<'a> Columns<'a> {
    /// Begins them behind what the SQL says so far.
    pub fn of(sql: &'a mut QueryBuilder<Postgres>) -> Self {
        sql.push("unnest(");
        Self { sql, columns: 0 }
    }

    pub fn with<'t, T>(self, values: impl Iterator<Item = T>) -> Self
    where
        Vec<T>: Encode<'t, Postgres> + Type<Postgres> + 't,
    {
        if self.columns > 0 {
            self.sql.push(", ");
        }
        self.sql.push_bind(values.collect::<Vec<T>>());
        Self { columns: self.columns + 1, ..self }
    }

    /// Ends them; the SQL goes on with that.
    pub fn end(self, after: &str) {
        self.sql.push(")").push(after);
    }
}
