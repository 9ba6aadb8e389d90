// Relay's own runtime against a running service, with what its compiler made of `Places.js`: two
// pages become one list in its store, and a record is fetched again by its id.
const assert = require("node:assert/strict");
const { Environment, Network, RecordSource, Store, createOperationDescriptor, fetchQuery, getRequest, getSelector } =
  require("relay-runtime");

const url = process.argv[2];
if (!url) {
  console.error("usage: node run.cjs URL-OF-THE-ENDPOINT");
  process.exit(2);
}
const artifact = (name) => require(`./__generated__/${name}.graphql`);

async function ask(request, variables) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
    body: JSON.stringify({ query: request.text, operationName: request.name, variables }),
  });
  assert.equal(answer.status, 200, `${request.name}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json();
}

async function main() {
  const environment = new Environment({
    network: Network.create(ask),
    store: new Store(new RecordSource()),
  });
  const fetched = (name, variables) => fetchQuery(environment, artifact(name), variables).toPromise();
  const places = () => {
    const query = createOperationDescriptor(getRequest(artifact("PlacesQuery")), { count: 2 });
    const root = environment.lookup(query.fragment);
    const list = environment.lookup(getSelector(artifact("Places_query"), root.data)).data.neighbourhoods;
    return { ids: list.edges.map((edge) => edge.node.id), page: list.pageInfo };
  };

  environment.retain(createOperationDescriptor(getRequest(artifact("PlacesQuery")), { count: 2 }));
  await fetched("PlacesQuery", { count: 2 });
  const first = places();
  assert.equal(first.ids.length, 2);
  assert.equal(first.page.hasNextPage, true);
  await fetched("PlacesPaginationQuery", { count: 2, cursor: first.page.endCursor });
  const both = places();
  assert.equal(both.ids.length, 4, "the second page is added to the first");
  assert.equal(new Set(both.ids).size, 4, "nothing comes twice");
  console.log("passed  a connection is paged");

  const again = await fetched("PlacesPlaceQuery", { id: both.ids[3] });
  assert.equal(again.node.__typename ?? "Neighbourhood", "Neighbourhood");
  assert.equal(environment.getStore().getSource().get(both.ids[3]).__typename, "Neighbourhood");
  console.log("passed  a record is fetched again by its id");
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
