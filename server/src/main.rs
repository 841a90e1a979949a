//! The program `muster`: the command line around the library. What it can do is in `cli`.

fn main() -> anyhow::Result<std::process::ExitCode> {
    server::cli::run()
}
