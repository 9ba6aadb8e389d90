// The schema by the rules of graphql-eslint: what it recommends for schemas, and what Relay asks for.
import graphql from "@graphql-eslint/eslint-plugin";

export default [
  {
    files: ["schema.graphql"],
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: "schema.graphql" } },
    },
    plugins: { "@graphql-eslint": graphql },
    rules: {
      ...graphql.configs["flat/schema-recommended"].rules,
      ...graphql.configs["flat/schema-relay"].rules,
      "@graphql-eslint/input-name": ["error", { checkInputType: true, caseSensitiveInputType: false }],
      "@graphql-eslint/no-scalar-result-type-on-mutation": "error",
      "@graphql-eslint/require-deprecation-date": "error",
      "@graphql-eslint/require-nullable-fields-with-oneof": "error",
      "@graphql-eslint/require-nullable-result-in-root": "error",
      // A list may hold values that are no records, and events are told with their record: no nodes.
      "@graphql-eslint/relay-edge-types": [
        "error",
        { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
      ],
      // Not everything that is told is a record with an id: payloads, edges, figures, values.
      "@graphql-eslint/strict-id-in-types": "off",
      // The library that makes connections has no place for their description, and the three
      // directives of GraphQL itself are described by its specification.
      "@graphql-eslint/require-description": [
        "error",
        {
          types: true,
          FieldDefinition: true,
          EnumValueDefinition: true,
          ignoredSelectors: ["[type=ObjectTypeDefinition][name.value=/Connection$/]"],
        },
      ],
    },
  },
];
