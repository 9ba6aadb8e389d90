// A front end's documents as Relay takes them: a connection that is paged, a record that is fetched
// again by its id, and a mutation that adds what it made to a list.
const { graphql } = require("relay-runtime");

graphql`
  query PlacesQuery($count: Int!) {
    ...Places_query @arguments(count: $count)
  }
`;

graphql`
  fragment Places_query on Query
  @argumentDefinitions(count: { type: "Int!" }, cursor: { type: "String" })
  @refetchable(queryName: "PlacesPaginationQuery") {
    neighbourhoods(first: $count, after: $cursor) @connection(key: "Places_neighbourhoods") {
      edges {
        node {
          id
          ...Places_place
        }
      }
    }
  }
`;

graphql`
  fragment Places_place on Neighbourhood @refetchable(queryName: "PlacesPlaceQuery") {
    name
    municipality {
      name
    }
  }
`;

graphql`
  mutation PlacesSignalMutation($input: SignalSubmitInput!, $connections: [ID!]!) {
    signalSubmit(input: $input) {
      signal @appendNode(connections: $connections, edgeTypeName: "SignalEdge") {
        id
        title
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`;
