use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use super::tables::DERIVED;
use super::*;
use crate::server::store::Kind;
use crate::server::store::scratch::{Scratch, both};

/// A column as the database has it.
#[derive(Clone, Debug)]
struct RealColumn {
    name: String,
    kind: String,
    is_optional: bool,
    references: Option<String>,
}

async fn real_schema(database: &Database) -> BTreeMap<String, Vec<RealColumn>> {
    let statement = match database.kind() {
        Kind::Sqlite => {
            "SELECT t.name AS table_name, c.name AS column_name, c.type AS kind, \
             CASE WHEN c.\"notnull\" = 0 AND c.pk = 0 THEN 1 ELSE 0 END AS optional, \
             (SELECT f.\"table\" FROM pragma_foreign_key_list(t.name) f WHERE f.\"from\" = c.name) AS target \
             FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'"
        }
        Kind::Postgres => {
            "SELECT CAST(c.table_name AS TEXT) AS table_name, CAST(c.column_name AS TEXT) AS column_name, \
             CAST(c.data_type AS TEXT) AS kind, CASE WHEN c.is_nullable = 'YES' THEN 1 ELSE 0 END AS optional, \
             (SELECT CAST(MIN(u.table_name) AS TEXT) FROM information_schema.key_column_usage k \
              JOIN information_schema.referential_constraints r ON r.constraint_name = k.constraint_name \
              JOIN information_schema.constraint_column_usage u ON u.constraint_name = r.constraint_name \
              WHERE k.table_name = c.table_name AND k.column_name = c.column_name) AS target \
             FROM information_schema.columns c JOIN information_schema.tables t ON t.table_name = c.table_name \
             AND t.table_schema = c.table_schema WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'"
        }
    };
    let mut schema: BTreeMap<String, Vec<RealColumn>> = BTreeMap::new();
    for row in sqlx::query(statement).fetch_all(database.pool()).await.unwrap() {
        let optional: i64 = row.try_get("optional").unwrap();
        schema.entry(row.try_get("table_name").unwrap()).or_default().push(RealColumn {
            name: row.try_get("column_name").unwrap(),
            kind: row.try_get::<String, _>("kind").unwrap().to_lowercase(),
            is_optional: optional != 0,
            references: row.try_get("target").unwrap(),
        });
    }
    schema
}

/// Three rows in every table, with all that makes trouble, and every column that may be empty empty once.
async fn fill(database: &Database) -> u64 {
    let schema = real_schema(database).await;
    for table in TABLES {
        for number in 0..3 {
            let mut values = Vec::new();
            for column in table.columns {
                let real = schema[table.name].iter().find(|real| real.name == column.name).unwrap();
                values.push(match (&real.references, column.kind) {
                    _ if real.is_optional && number == 1 => Value::Null,
                    (Some(target), _) => Value::Text(key(target, number)),
                    (None, ColumnKind::Text) if column.name == "id" => Value::Text(key(table.name, number)),
                    (None, ColumnKind::Text) => Value::Text(format!(
                        "{} {number} \u{1f980} \"'\\ \n\r\t \u{2028} $1 {{}} \\u0000 {}",
                        column.name,
                        "long ".repeat(100)
                    )),
                    (None, ColumnKind::Integer) => Value::Integer(i64::MAX - number),
                    (None, ColumnKind::Boolean) => Value::Boolean(number == 0),
                });
            }
            let columns: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
            let places: Vec<String> = (1..=columns.len()).map(|place| format!("${place}")).collect();
            let statement =
                format!("INSERT INTO {} ({}) VALUES ({})", table.name, columns.join(", "), places.join(", "));
            let mut insert = sqlx::query(AssertSqlSafe(statement));
            for (value, column) in values.into_iter().zip(table.columns) {
                insert = restore::bind(insert, value, column).unwrap();
            }
            insert.execute(database.pool()).await.unwrap();
        }
    }
    3 * TABLES.len() as u64
}

fn key(table: &str, number: i64) -> String {
    format!("{table}-{number}")
}

async fn written(database: &Database) -> Vec<u8> {
    let mut file = Vec::new();
    database.backup(&mut file, &mut |_| {}).await.unwrap();
    file
}

/// Everything but the first line, which says when, and the last.
fn rows(file: &[u8]) -> Vec<String> {
    let lines: Vec<String> = String::from_utf8(file.to_vec()).unwrap().lines().map(str::to_owned).collect();
    lines[1..lines.len() - 1].to_vec()
}

async fn restored(database: &Database, file: &[u8], replaces: bool) -> Result<u64, Problem> {
    // Everything, to be compared.
    let restoring = Restoring { replaces, keeps_sessions: true, revokes_links: false };
    database.restore(&mut Cursor::new(file), restoring, &mut |_| {}).await.map(|restored| restored.rows)
}

async fn opened() -> Vec<(Scratch, Database)> {
    let mut all = Vec::new();
    for scratch in both().await {
        let database = scratch.open().await;
        all.push((scratch, database));
    }
    all
}

#[tokio::test]
async fn every_table_and_every_column_is_in_a_backup() {
    for (_scratch, database) in opened().await {
        let schema = real_schema(&database).await;
        let is_derived = |name: &String| DERIVED.iter().any(|prefix| name.starts_with(prefix));
        let real: BTreeSet<&str> = schema.keys().filter(|name| !is_derived(name)).map(String::as_str).collect();
        let known: BTreeSet<&str> = TABLES.iter().map(|table| table.name).collect();
        assert_eq!(real, known, "store/backup/tables.rs lists every table");
        for table in TABLES {
            let real: BTreeMap<&str, bool> = schema[table.name]
                .iter()
                .map(|column| {
                    let kinds = match column.kind.as_str() {
                        "text" | "character varying" => ColumnKind::Text,
                        "bigint" | "integer" => ColumnKind::Integer,
                        "boolean" => ColumnKind::Boolean,
                        other => panic!("{}.{} is {other}, which a backup cannot hold yet", table.name, column.name),
                    };
                    let known = table.column(&column.name);
                    (column.name.as_str(), known.is_some_and(|known| known.kind == kinds))
                })
                .collect();
            let known: BTreeMap<&str, bool> = table.columns.iter().map(|column| (column.name, true)).collect();
            assert_eq!(real, known, "store/backup/tables.rs lists every column of {} with its kind", table.name);
            for column in &schema[table.name] {
                let Some(target) = &column.references else { continue };
                let place = |name: &str| TABLES.iter().position(|table| table.name == name);
                assert!(place(target) < place(table.name), "{} stands after {target}", table.name);
            }
        }
    }
}

#[tokio::test]
async fn a_backup_of_each_database_is_restored_into_each() {
    for (_from_scratch, from) in opened().await {
        let filled = fill(&from).await;
        let file = written(&from).await;
        for (_into_scratch, into) in opened().await {
            assert_eq!(restored(&into, &file, false).await.unwrap(), filled);
            assert_eq!(rows(&written(&into).await), rows(&file), "{:?} to {:?}", from.kind(), into.kind());
        }
    }
}

#[tokio::test]
async fn a_database_with_something_in_it_is_only_replaced_when_that_is_wanted() {
    for (_scratch, database) in opened().await {
        fill(&database).await;
        let file = written(&database).await;
        sqlx::query("UPDATE conversations SET title = 'Later'").execute(database.pool()).await.unwrap();
        let later = written(&database).await;
        let problem = restored(&database, &file, false).await.unwrap_err();
        assert_eq!(problem.message, "The database is not empty");
        assert!(problem.hint.unwrap().contains("--replace"));
        assert_eq!(rows(&written(&database).await), rows(&later));
        restored(&database, &file, true).await.unwrap();
        assert_eq!(rows(&written(&database).await), rows(&file));
    }
}

#[tokio::test]
async fn a_backup_that_is_cut_off_or_damaged_restores_nothing() {
    for (_scratch, database) in opened().await {
        fill(&database).await;
        let file = written(&database).await;
        sqlx::query("UPDATE conversations SET title = 'Before'").execute(database.pool()).await.unwrap();
        let before = rows(&written(&database).await);
        let mut tried = 0;
        for length in (0..file.len()).step_by(1024).chain([file.len() - 1]) {
            let problem = restored(&database, &file[..length], true).await.unwrap_err();
            assert!(problem.message.contains("cut off"), "at {length}: {problem}");
            assert!(problem.hint.is_some());
            tried += 1;
        }
        assert!(tried > 20, "the file is long enough to be cut: {tried}");
        for place in (0..file.len()).step_by(1021) {
            let mut damaged = file.clone();
            damaged[place] ^= 1;
            restored(&database, &damaged, true).await.unwrap_err();
        }
        // A line that is missing, one that is there twice, and something after the end.
        let lines: Vec<&[u8]> = file.split_inclusive(|byte| *byte == b'\n').collect();
        let without = [&lines[..3], &lines[4..]].concat().concat();
        let twice = [&lines[..3], &lines[2..]].concat().concat();
        for wrong in [without, twice, [file.as_slice(), b"\n"].concat(), Vec::new(), b"{}\n".to_vec(), b"PK\n".to_vec()]
        {
            restored(&database, &wrong, true).await.unwrap_err();
        }
        assert_eq!(rows(&written(&database).await), before, "nothing has changed");
    }
}

#[tokio::test]
async fn a_backup_of_a_newer_version_is_refused() {
    let database = Database::memory().await.unwrap();
    let file = String::from_utf8(written(&database).await).unwrap();
    let schema = format!("\"schema\":{}", super::super::newest_schema());
    let newer = file.replacen(&schema, "\"schema\":99999", 1);
    assert_ne!(newer, file);
    let problem = restored(&database, newer.as_bytes(), false).await.unwrap_err();
    assert!(problem.message.contains("newer version"), "{problem}");
    let other = file.replacen("\"people\"", "\"people; DROP TABLE people\"", 1);
    let problem = restored(&database, other.as_bytes(), false).await.unwrap_err();
    assert!(problem.message.contains("does not know"), "{problem}");
}

/// As full as a disk can be: takes so many bytes and no more.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0 == 0 {
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_full_disk_is_told() {
    let database = Database::memory().await.unwrap();
    fill(&database).await;
    for room in [0, 1, 100, 10_000] {
        let problem = database.backup(&mut Full(room), &mut |_| {}).await.unwrap_err();
        assert_eq!(problem.code, ProblemCode::Storage);
        assert!(problem.hint.unwrap().contains("free some space"));
    }
}

#[tokio::test]
async fn a_backup_under_load_is_of_one_moment() {
    for (_scratch, database) in opened().await {
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let writer = {
            let database = database.clone();
            tokio::spawn(async move {
                let mut number = 0_i64;
                while !*stopped.borrow() {
                    write_conversation(&database, number).await;
                    number += 1;
                }
                number
            })
        };
        let mut most = 0;
        for _ in 0..20 {
            let file = written(&database).await;
            most = most.max(whole_conversations(&file));
            restored(&Database::memory().await.unwrap(), &file, false).await.unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        stop.send(true).unwrap();
        let all = writer.await.unwrap();
        assert!(most > 0 && usize::try_from(all).unwrap() >= most, "{most} of {all}");
    }
}

/// A conversation whose row says how many events it has.
async fn write_conversation(database: &Database, number: i64) {
    let (id, events) = (format!("c{number}"), number % 5 + 1);
    let mut transaction = database.begin().await.unwrap();
    sqlx::query(
        "INSERT INTO conversations (id, owner, title, created_at, updated_at, last_seq, history) \
         VALUES ($1, 'ada', '', 0, 0, $2, '')",
    )
    .bind(id.as_str())
    .bind(events)
    .execute(&mut *transaction)
    .await
    .unwrap();
    for seq in 1..=events {
        sqlx::query("INSERT INTO events (conversation, seq, frame) VALUES ($1, $2, '{}')")
            .bind(id.as_str())
            .bind(seq)
            .execute(&mut *transaction)
            .await
            .unwrap();
    }
    transaction.commit().await.unwrap();
}

/// How many conversations the file has; each with all of its events.
fn whole_conversations(file: &[u8]) -> usize {
    let mut expected: BTreeMap<String, i64> = BTreeMap::new();
    let mut found: BTreeMap<String, i64> = BTreeMap::new();
    let mut table = String::new();
    for line in rows(file) {
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        if let Some(name) = line.get("table") {
            name.as_str().unwrap().clone_into(&mut table);
        } else if table == "conversations" {
            expected.insert(line[0].as_str().unwrap().to_owned(), line[5].as_i64().unwrap());
        } else if table == "events" {
            *found.entry(line[0].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    assert_eq!(found, expected);
    expected.len()
}
