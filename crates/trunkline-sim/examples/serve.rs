//! A simulated switch on a port of your choice: `cargo run -p trunkline-sim --example serve -- 127.0.0.1:8021`

use trunkline_sim::{Sim, User};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8021".into());
    let limited = User::new("1001", "localhost", "eslpass1001")
        .events("CHANNEL_ANSWER CHANNEL_HANGUP BACKGROUND_JOB CUSTOM conference::maintenance")
        .api("status version uptime")
        .log(false);
    let sim = Sim::builder()
        .listen(&address)
        .user(User::new("1000", "localhost", "eslpass1000"))
        .user(limited)
        .start()
        .await?;
    println!("{}", sim.url());
    std::future::pending().await
}
