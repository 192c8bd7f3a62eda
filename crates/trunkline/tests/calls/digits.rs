//! Digits from the caller.

use std::time::Duration;

use trunkline::Error;
use trunkline::application::{ApplicationError, Digits, NoDigits, Read};

use crate::support::{everywhere, press};

fn no_digits(error: &Error) -> Option<&NoDigits> {
    match error.application_error() {
        Some(ApplicationError::NoDigits(why)) => Some(why),
        _ => None,
    }
}

#[tokio::test]
async fn entered() {
    everywhere(|switch| async move {
        let call = switch.async_full().await;
        call.answer().await.unwrap();
        let asked = Digits::prompt("silence_stream://-1").count(4..=4);
        let (pin, ()) = tokio::join!(call.play_and_get_digits(asked), press(&switch, &call, "1234"));
        let pin = pin.unwrap();
        assert_eq!((pin.as_str(), pin.terminator()), ("1234", None));

        let asked = Digits::silently().count(1..=9).matching(r"^\d+$");
        let (number, ()) = tokio::join!(call.play_and_get_digits(asked), press(&switch, &call, "56#"));
        let number = number.unwrap();
        assert_eq!((&*number, number.terminator()), ("56", Some('#')));

        // The variable that tells the terminator is still there.
        let asked = Read::prompt("silence").count(2..=2).terminators("*");
        let (read, ()) = tokio::join!(call.read(asked), press(&switch, &call, "78"));
        let read = read.unwrap();
        assert_eq!((&*read, read.terminator()), ("78", None));

        let asked = Digits::silently().count(0..=3).terminators("*#");
        let (none, ()) = tokio::join!(call.play_and_get_digits(asked), press(&switch, &call, "*"));
        let none = none.unwrap();
        assert_eq!((&*none, none.terminator()), ("", Some('*')));

        let asked = Digits::silently().count(1..=3).digit_timeout(Duration::from_millis(300));
        let (late, ()) = tokio::join!(call.play_and_get_digits(asked), press(&switch, &call, "9"));
        let late = late.unwrap();
        assert_eq!((&*late, late.terminator()), ("9", None));
    })
    .await;
}

#[tokio::test]
async fn not_entered() {
    everywhere(|switch| async move {
        let call = switch.async_full().await;
        call.answer().await.unwrap();
        let asked = Digits::silently().timeout(Duration::from_secs(1)).invalid("silence_stream://50");
        let none = call.play_and_get_digits(asked).await.unwrap_err();
        assert_eq!(no_digits(&none), Some(&NoDigits::TooFew), "{none}");

        let asked = Digits::silently().count(2..=2).timeout(Duration::from_secs(1));
        let (few, ()) = tokio::join!(call.play_and_get_digits(asked), press(&switch, &call, "1#"));
        assert_eq!(no_digits(&few.unwrap_err()), Some(&NoDigits::TooFew));

        let asked = Digits::silently().count(2..=2).matching("^9");
        let (wrong, ()) = tokio::join!(call.play_and_get_digits(asked), press(&switch, &call, "12"));
        assert_eq!(no_digits(&wrong.unwrap_err()), Some(&NoDigits::Invalid { entered: "12".into() }));

        let asked = Digits::silently().tries(2).matching("^9");
        let (second, ()) = tokio::join!(call.play_and_get_digits(asked), async {
            press(&switch, &call, "1").await;
            press(&switch, &call, "9").await;
        });
        assert_eq!(&*second.unwrap(), "9");

        let asked = Read::prompt("silence").timeout(Duration::from_secs(1));
        let none = call.read(asked).await.unwrap_err();
        assert_eq!(no_digits(&none), Some(&NoDigits::TooFew), "{none}");
        let asked = Digits::prompt("/nowhere/there is 'no' such file.wav");
        let none = call.play_and_get_digits(asked).await.unwrap_err();
        assert_eq!(no_digits(&none), Some(&NoDigits::NotAsked), "{none}");
        for count in [(0, 0), (3, 2), (1, 128)] {
            let refused = call.play_and_get_digits(Digits::silently().count(count.0..=count.1)).await;
            assert!(matches!(refused, Err(Error::Misuse(_))), "{refused:?}");
        }
    })
    .await;
}
