//! A server whose process runs out of descriptors. A program of its own: the limit is the whole process's.

use std::fs::File;
use std::time::Duration;

use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use trunkline::outbound::{Server, Session, Shutdown};

#[tokio::test]
async fn accepting_goes_on_once_there_are_some_again() {
    let server = Server::bind("127.0.0.1:0").await.unwrap();
    let handle = server.handle();
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, rustix::process::Rlimit { current: Some(128), ..limit }).unwrap();
    let mut taken: Vec<File> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
    // One is left, for the switch's end of the connection.
    taken.pop();
    let serving = server.serve(|_: Session| async {});
    let test = async {
        let mut switch = TcpStream::connect(handle.local_addresses()[0]).await.unwrap();
        while handle.counts().accept_errors < 3 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert_eq!(handle.counts().open, 0);
        taken.clear();
        let mut heard = [0; 9];
        switch.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"connect\n\n");
        drop(switch);
        handle.shutdown(Shutdown::give_back(Duration::ZERO));
    };
    let (served, ()) =
        tokio::time::timeout(Duration::from_secs(60), async { tokio::join!(serving, test) }).await.unwrap();
    served.unwrap();
    assert_eq!(handle.counts().no_call, 1, "{:?}", handle.counts());
}
