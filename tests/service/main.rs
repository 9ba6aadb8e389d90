//! The service in a process of its own, for tests that look at the process: see
//! `nabij_tests::service`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    nabij_tests::service::obey()
}
