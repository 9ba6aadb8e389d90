//! The page that lists the stories is as their pages tell them.

use std::fs;

use nabij_tests::story;

#[test]
fn the_index_lists_every_story_that_is_told() {
    if std::env::var_os("NABIJ_BLESS").is_some() {
        fs::write(story::index_path(), story::index()).expect("the index can be written");
    }
    let index = fs::read_to_string(story::index_path()).unwrap_or_default();
    assert!(
        index == story::index(),
        "docs/stories.md differs from the pages: rewrite it with NABIJ_BLESS=1"
    );
}
