/** GitHub's published GraphQL schema, as graphql-js executes it. */
import { readFileSync } from "node:fs";
import { buildSchema, type GraphQLSchema } from "graphql";

let built: GraphQLSchema | undefined;

/** Built once per process, when first asked for: it takes some 0.4 s. GitHub vouches for its validity. */
export function githubSchema(): GraphQLSchema {
  built ??= buildSchema(readFileSync(sdlFile(), "utf8"), { assumeValid: true, assumeValidSDL: true });
  return built;
}

/** Read as a file: importing the package would also parse its 5 MB of JSON, twice. */
function sdlFile(): URL {
  return new URL("schema.graphql", import.meta.resolve("@octokit/graphql-schema"));
}
