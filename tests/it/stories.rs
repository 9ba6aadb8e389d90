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

#[test]
fn no_story_of_an_initiative_is_missing() {
    let told = story::index();
    for (initiative, stories) in [("B", 7), ("H", 8), ("P", 9), ("Z", 8), ("W", 11)] {
        for number in 1..=stories {
            let code = format!("[{initiative}{number}]");
            assert!(told.contains(&code), "{code} is not told in docs/stories");
        }
    }
}
