//! A panic of ours, outside of what executes: a failed answer like others, to one request alone.

use nabij_tests::{
    service::{BREAKS, Listening, PANIC, Service},
    wire::Wire,
};

use super::{Message, PLACES, Scene, is_an_error};

#[tokio::test]
async fn a_panic_is_answered_and_its_connection_stays() {
    let scene = Scene::set(Listening::default()).await;
    scene
        .service
        .withstands("a panic", async |service: &Service| {
            let mut wire = Wire::to(&service.address).await;
            wire.sends(&Message::new("GET", BREAKS).bytes()).await;
            let reply = wire.hears().await.expect("it is answered");
            let told = (reply.status, reply.code());
            assert_eq!(told, (500, "INTERNAL_SERVER_ERROR".to_owned()));
            is_an_error("a panic", &reply);
            assert!(!reply.text().contains(PANIC), "{}", reply.text());
            let id = reply.header("x-request-id");
            let line = service
                .tells(&[&*id, "\"level\":\"ERROR\"", "panicked"])
                .await;
            assert!(!line.contains(PANIC), "{line}");

            wire.sends(&Message::query(PLACES).bytes()).await;
            let next = wire.hears().await.expect("the connection stays");
            assert_eq!(next.status, 200, "{}", next.text());
        })
        .await;
}
