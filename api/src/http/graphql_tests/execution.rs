//! What comes of execution, and of what never gets that far.

use super::*;

#[tokio::test]
async fn what_is_not_executed_says_why_and_when_to_come_back() {
    let service = service();
    for accept in [GRAPHQL, JSON] {
        let send = |token: &'static str| {
            let request = Request::post("/graphql")
                .header(CONTENT_TYPE, JSON)
                .header(ACCEPT, accept)
                .header(AUTHORIZATION, token)
                .body(Body::from("{\"query\": \"{ hello }\"}"));
            service.send(request.unwrap())
        };
        let answer = send("Bearer revoked").await;
        answer.is(401, "UNAUTHENTICATED");
        answer.header(WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"");
        send("Bearer greedy")
            .await
            .is(429, "RATE_LIMITED")
            .header(RETRY_AFTER, "7")
            .header("ratelimit-policy".parse().unwrap(), "\"cost\";q=100;w=10")
            .header("ratelimit".parse().unwrap(), "\"cost\";r=30;t=7");
        send("Bearer unlucky")
            .await
            .is(503, "SERVICE_UNAVAILABLE")
            .header(RETRY_AFTER, "7");
    }
}

#[tokio::test]
async fn when_nothing_could_be_answered_the_whole_request_can_be_sent_again() {
    let service = service();
    for accept in [GRAPHQL, JSON] {
        for query in ["{ away }", "{ a: away b: away }", "mutation { away }"] {
            service
                .query(accept, query)
                .await
                .is(503, "SERVICE_UNAVAILABLE")
                .header(RETRY_AFTER, "2");
        }
        // Something was answered or done, if only that there is nobody, or it is our fault too.
        for query in [
            "{ away hello }",
            "{ away nobody }",
            "{ away breaks }",
            "{ away __typename }",
            "mutation { add away }",
            "mutation { away add }",
        ] {
            let answer = service.query(accept, query).await;
            assert_eq!(answer.status, 200, "{query}");
            assert!(answer.body["data"].is_object(), "{query}");
        }
    }
}

#[tokio::test]
async fn unknown_failures_are_masked_and_wrong_values_are_not_repeated() {
    let service = service();
    let answer = service.query(GRAPHQL, "{ hello breaks }").await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.body["data"],
        json!({"hello": "hello", "breaks": null})
    );
    assert_eq!(
        answer.body["errors"][0]["extensions"]["code"],
        "INTERNAL_SERVER_ERROR"
    );
    assert!(
        !answer.body.to_string().contains("canary"),
        "{}",
        answer.body
    );

    let answer = service.query(GRAPHQL, "{ even(of: \"canary\") }").await;
    assert_eq!(
        answer.body["errors"][0]["extensions"]["code"],
        "BAD_USER_INPUT"
    );
    let message = answer.body["errors"][0]["message"].as_str().unwrap();
    assert!(
        message.contains("Even") && !message.contains("canary"),
        "{message}"
    );
}

#[tokio::test]
async fn of_many_failures_the_first_are_told_and_how_many_more_there_were() {
    let aliases: Vec<String> = (0..20).map(|n| format!("a{n}: breaks")).collect();
    let aliases = aliases.join(" ");
    let answer = service().query(GRAPHQL, &format!("{{ {aliases} }}")).await;
    assert_eq!(answer.body["errors"].as_array().unwrap().len(), 20);
    assert!(answer.body["extensions"]["errorsLeftOut"].is_null());
    let query = "{ every { breaks } }";
    let answer = service().query(GRAPHQL, query).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["errors"].as_array().unwrap().len(), 20);
    assert_eq!(answer.body["extensions"]["errorsLeftOut"], 10);
    assert_eq!(answer.body["data"]["every"].as_array().unwrap().len(), 30);
}

#[tokio::test]
async fn an_answer_that_nobody_would_read_is_not_written() {
    let service = service();
    for (accept, status) in [(GRAPHQL, 400), (JSON, 200)] {
        let answer = service.query(accept, "{ long }").await;
        answer.is(status, "ANSWER_TOO_LARGE");
    }
}

#[tokio::test]
async fn panics_are_500_and_the_next_request_is_answered() {
    let service = service();
    for accept in [GRAPHQL, JSON] {
        for query in ["{ panics }", "mutation { panics }"] {
            service
                .query(accept, query)
                .await
                .is(500, "INTERNAL_SERVER_ERROR");
        }
        assert_eq!(service.query(accept, "{ hello }").await.status, 200);
    }
}

#[tokio::test]
async fn a_mutation_runs_to_its_end_when_the_caller_leaves() {
    let service = service();
    let request = Request::post("/graphql")
        .header(CONTENT_TYPE, JSON)
        .body(Body::from("{\"query\": \"mutation { write }\"}"))
        .unwrap();
    tokio::select! {
        _ = service.router.clone().oneshot(request) => panic!("answered before it was written"),
        () = service.begun.notified() => {}
    }
    // Here the request has been dropped, as a server does when the caller leaves.
    assert_eq!(service.written.load(Ordering::SeqCst), 0);
    service.may_go_on.notify_one();
    while service.written.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn absent_variables_stay_absent_and_named_operations_are_found() {
    let service = service();
    let query = "query A($n: Int) { number(of: $n) } query B { hello }";
    for (variables, expected) in [
        (json!({}), "absent"),
        (json!({"n": null}), "null"),
        (json!({"n": 1}), "value"),
    ] {
        let body = json!({"query": query, "operationName": "A", "variables": variables});
        assert_eq!(
            service.post(GRAPHQL, &body).await.body["data"]["number"],
            expected
        );
    }
}

#[tokio::test]
async fn the_standard_introspection_query_is_answered() {
    let answer = service()
        .query(GRAPHQL, include_str!("../../gate/introspection.graphql"))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(
        answer.body["data"]["__schema"]["queryType"]["name"],
        "Query"
    );
}
