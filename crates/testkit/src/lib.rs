//! What the tests share: fixtures, a clock to turn, a PostgreSQL for each test
