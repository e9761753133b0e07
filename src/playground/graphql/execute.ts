/** The GraphQL endpoint: checks, prices and executes a query, and answers as GitHub does. */
import {
  execute,
  getOperationAST,
  getVariableValues,
  GraphQLError,
  Kind,
  parse,
  print,
  type DocumentNode,
  type OperationDefinitionNode,
} from "graphql";
import { z } from "zod";
import type { Api } from "../api.ts";
import type { Token } from "../model/people.ts";
import type { World } from "../model/world.ts";
import { instant, userById } from "../world.ts";
import { NODE_LIMIT, queryCost, type Cost } from "./cost.ts";
import { errorEntry, type ErrorEntry } from "./failure.ts";
import type { Context } from "./fields.ts";
import { gitReads, type GitReads } from "./git-reads.ts";
import { playField, typeOf } from "./play-field.ts";
import { rateHeaders, spend, windowOf, type Window } from "./rate-limit.ts";
import { githubSchema } from "./schema.ts";
import { faultsOf } from "./validation.ts";

const GUIDE = "https://docs.github.com/graphql/guides/forming-calls-with-graphql#authenticating-with-graphql";

/** Mutations that notify people: GitHub limits them apart ("content-generating requests"). */
const CONTENT = new Set([
  "addComment",
  "createIssue",
  "createPullRequest",
  "revertPullRequest",
  "addPullRequestReview",
  "addPullRequestReviewComment",
  "addPullRequestReviewThread",
  "addPullRequestReviewThreadReply",
  "addDiscussionComment",
]);

const Query = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});
type Query = z.infer<typeof Query>;

export interface Answer {
  data?: Record<string, unknown> | null;
  errors?: ErrorEntry[];
}

/** Registers `POST /graphql`. 401 without a token, 400 for a body that is no query; everything else is 200 with `errors`. */
export function graphqlRoutes(api: Api): void {
  api.routes.post("/graphql", async (c) => {
    const token = c.get("token");
    if (token === null) {
      const message = "This endpoint requires you to be authenticated.";
      return c.json({ message, documentation_url: GUIDE, status: "401" }, 401);
    }
    const query = readQuery(await c.req.text());
    if (typeof query === "string")
      return c.json({ message: query, documentation_url: GUIDE, status: "400" }, 400);
    const answer = await answerQuery(api.world, token, query);
    for (const [name, value] of Object.entries(rateHeaders(windowOf(api.world, token))))
      c.header(name, value);
    return c.json(answer);
  });
}

/** Executes one query or mutation for the token's holder and writes it into the world's request log. */
export async function answerQuery(world: World, token: Token, query: Query): Promise<Answer> {
  const parsed = parseQuery(query.query);
  const operation = "document" in parsed ? getOperationAST(parsed.document, query.operationName) : null;
  logRequest(world, token, operation);
  if ("errors" in parsed) return parsed;
  if (!operation)
    return { errors: [{ message: `No operation named ${JSON.stringify(query.operationName ?? null)}` }] };
  const given = getVariableValues(githubSchema(), operation.variableDefinitions ?? [], query.variables ?? {});
  if (given.errors) return { errors: given.errors.map((error) => variableFault(error)) };
  const variables = given.coerced;
  const cost = queryCost(githubSchema(), {
    document: parsed.document,
    operation: operation.selectionSet,
    variables,
  });
  const window = windowOf(world, token);
  const refusal = refuse(cost, window, token);
  if (refusal) return { errors: [refusal] };
  const result = await execute({
    schema: githubSchema(),
    document: parsed.document,
    contextValue: contextFor({ world, token, cost, window }),
    variableValues: query.variables ?? {},
    operationName: query.operationName ?? null,
    fieldResolver: playField,
    typeResolver: typeOf,
  });
  return {
    ...(result.data === undefined ? {} : { data: result.data }),
    ...(result.errors ? { errors: result.errors.map(errorEntry) } : {}),
  };
}

/** The query, or GitHub's sentence about what is wrong with the body. */
function readQuery(text: string): Query | string {
  try {
    const query = Query.safeParse(JSON.parse(text));
    return query.success ? query.data : "A query attribute must be specified and must be a string.";
  } catch (error) {
    if (error instanceof SyntaxError) return "Problems parsing JSON";
    throw error;
  }
}

const known = new Map<string, { document: DocumentNode } | { errors: ErrorEntry[] }>();

/** Callers send the same few texts again and again, so the last hundred are kept, checked. */
function parseQuery(text: string): { document: DocumentNode } | { errors: ErrorEntry[] } {
  const found = known.get(text) ?? checkQuery(text);
  known.delete(text);
  known.set(text, found);
  for (const oldest of known.keys()) {
    if (known.size <= 100) break;
    known.delete(oldest);
  }
  return found;
}

function checkQuery(text: string): { document: DocumentNode } | { errors: ErrorEntry[] } {
  try {
    const document = parse(text);
    const faults = faultsOf(githubSchema(), document);
    return faults.length > 0 ? { errors: faults.map(errorEntry) } : { document };
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [errorEntry(error)] };
    throw error;
  }
}

function variableFault(error: GraphQLError): ErrorEntry {
  const node = error.nodes?.find((candidate) => candidate.kind === Kind.VARIABLE_DEFINITION);
  if (!node) return errorEntry(error);
  const message = `Variable $${node.variable.name.value} of type ${print(node.type)} was provided invalid value`;
  const extensions = { problems: [{ path: [], explanation: error.message }] };
  return { ...errorEntry(error), message, extensions };
}

function refuse(cost: Cost, window: Window, token: Token): ErrorEntry | null {
  if (cost.nodes > NODE_LIMIT) {
    const message = `This query requests up to ${cost.nodes} possible nodes which exceeds the maximum limit of ${NODE_LIMIT}.`;
    return { type: "MAX_NODE_LIMIT_EXCEEDED", message };
  }
  if (spend(window, cost.points)) return null;
  const who =
    token.kind === "installation" ? `installation ID ${token.installationId}` : `user ID ${token.userId}`;
  return { type: "RATE_LIMITED", message: `API rate limit already exceeded for ${who}.` };
}

function contextFor(base: Pick<Context, "world" | "token" | "cost" | "window">): Context {
  const reads = new Map<number, GitReads>();
  return {
    ...base,
    viewer: userById(base.world, base.token.userId),
    git: (repository) => {
      const known = reads.get(repository.id) ?? gitReads(repository);
      reads.set(repository.id, known);
      return known;
    },
    forgetGit: () => reads.clear(),
  };
}

function logRequest(world: World, token: Token, operation: OperationDefinitionNode | null | undefined): void {
  const fields = (operation?.selectionSet.selections ?? []).flatMap((selection) =>
    selection.kind === Kind.FIELD ? [selection.name.value] : [],
  );
  world.requests.push({
    at: instant(world),
    kind: "graphql",
    method: "POST",
    path: operation?.name?.value ?? fields[0] ?? "",
    status: 200,
    actor: userById(world, token.userId).login,
    content: operation?.operation === "mutation" && fields.some((field) => CONTENT.has(field)),
  });
}
