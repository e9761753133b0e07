/** The GraphQL endpoint: who may ask, how faults are told, what a query costs, what is logged. */
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import type { Env } from "../../../src/playground/api.ts";
import { answerQuery, graphqlRoutes } from "../../../src/playground/graphql/execute.ts";
import { windowOf } from "../../../src/playground/graphql/rate-limit.ts";
import type { Token } from "../../../src/playground/model/people.ts";
import type { World } from "../../../src/playground/model/world.ts";
import { smallWorld } from "../small-world.ts";

describe("over HTTP", () => {
  it("answers with data and the state of the rate limit", async () => {
    await using small = await smallWorld();

    const response = await post(small.world, small.token, { query: "query Me { viewer { login } }" });

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ data: { viewer: { login: "ada" } } });
    expect(response.headers.get("x-ratelimit-resource")).toBe("graphql");
    expect(response.headers.get("x-ratelimit-remaining")).toBe("4999");
  });

  it("asks for a token", async () => {
    await using small = await smallWorld();

    const response = await post(small.world, null, { query: "{ viewer { login } }" });

    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({
      message: "This endpoint requires you to be authenticated.",
    });
  });

  it("refuses a body without a query", async () => {
    await using small = await smallWorld();

    const response = await post(small.world, small.token, { text: 1 });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      message: "A query attribute must be specified and must be a string.",
    });
  });

  it("logs each request by operation, and what notifies people as content", async () => {
    await using small = await smallWorld();

    await post(small.world, small.token, { query: "query Me { viewer { login } }" });
    await post(small.world, small.token, {
      query: `mutation { addComment(input: {subjectId: "x", body: "y"}) { clientMutationId } }`,
    });

    expect(
      small.world.requests.map(({ kind, path, actor, content }) => ({ kind, path, actor, content })),
    ).toEqual([
      { kind: "graphql", path: "Me", actor: "ada", content: false },
      { kind: "graphql", path: "addComment", actor: "ada", content: true },
    ]);
  });
});

describe("faults", () => {
  it.each([
    [
      "{ viewer { nothing } }",
      { message: "Field 'nothing' doesn't exist on type 'User'", path: ["query", "viewer", "nothing"] },
    ],
    [
      'query A { repository(owner: "ada") { id } }',
      { message: "Field 'repository' is missing required arguments: name", path: ["query A", "repository"] },
    ],
    [
      "{ viewer(a: 1) { login } }",
      {
        message: "Field 'viewer' doesn't accept argument 'a'",
        extensions: { code: "argumentNotAccepted", name: "viewer", typeName: "Field", argumentName: "a" },
      },
    ],
    [
      "query A($n: Int) { viewer { login } }",
      { message: "Variable $n is declared by A but not used", extensions: { code: "variableNotUsed" } },
    ],
    [
      "query A { node(id: $n) { id } }",
      { message: "Variable $n is used by A but not declared", extensions: { code: "variableNotDefined" } },
    ],
    [
      "{ viewer }",
      {
        message:
          "Field must have selections (field 'viewer' returns User but has no selections. Did you mean 'viewer { ... }'?)",
      },
    ],
    ["{ viewer {", { message: expect.stringContaining("Syntax Error") }],
  ])("are told in GitHub's words: %s", async (query, fault) => {
    await using small = await smallWorld();

    const answer = await answerQuery(small.world, small.token, { query });

    expect(answer.data).toBeUndefined();
    expect(answer.errors?.[0]).toMatchObject(fault);
  });

  it("name the variable that does not fit", async () => {
    await using small = await smallWorld();
    const query = "query A($id: ID!) { node(id: $id) { id } }";

    const answer = await answerQuery(small.world, small.token, { query });

    expect(answer.errors?.[0]?.message).toBe("Variable $id of type ID! was provided invalid value");
  });

  it("name what cannot be found, with its path", async () => {
    await using small = await smallWorld();

    const answer = await ask(small, `{ repository(owner: "ada", name: "other") { id } }`);

    expect(answer).toEqual({
      data: { repository: null },
      errors: [
        {
          type: "NOT_FOUND",
          path: ["repository"],
          locations: [{ line: 1, column: 3 }],
          message: "Could not resolve to a Repository with the name 'ada/other'.",
        },
      ],
    });
  });

  it("name what the playground does not play", async () => {
    await using small = await smallWorld();

    const answer = await ask(small, `{ repository(owner: "ada", name: "engine") { name diskUsage } }`);

    expect(answer.data).toEqual({ repository: { name: "engine", diskUsage: null } });
    expect(answer.errors).toMatchObject([
      { type: "NOT_PLAYED", message: "The playground does not play Repository.diskUsage" },
    ]);
  });

  it.each([
    [
      "labels",
      "MISSING_PAGINATION_BOUNDARIES",
      "You must provide a `first` or `last` value to properly paginate the `labels` connection.",
    ],
    [
      "labels(first: 101)",
      "EXCESSIVE_PAGINATION",
      "Requesting 101 records on the `labels` connection exceeds the `first` limit of 100 records.",
    ],
  ])("hold connections to their bounds: %s", async (field, type, message) => {
    await using small = await smallWorld();

    const answer = await ask(
      small,
      `{ repository(owner: "ada", name: "engine") { ${field} { totalCount } } }`,
    );

    expect(answer.errors).toMatchObject([{ type, message, path: ["repository", "labels"] }]);
  });
});

describe("the rate limit", () => {
  it("counts a point for each hundred requests that the connections take", async () => {
    await using small = await smallWorld();
    const query = `query($with: Boolean!) { rateLimit { cost nodeCount remaining limit used }
      repository(owner: "ada", name: "engine") { issues(first: 100) { nodes { labels(first: 60) @include(if: $with) { totalCount }
        comments(first: 10) { totalCount } } } } }`;

    const cheap = await answerQuery(small.world, small.token, { query, variables: { with: false } });
    const dear = await answerQuery(small.world, small.token, { query, variables: { with: true } });

    expect(cheap.data?.["rateLimit"]).toEqual({
      cost: 1,
      nodeCount: 1100,
      remaining: 4999,
      limit: 5000,
      used: 1,
    });
    expect(dear.data?.["rateLimit"]).toMatchObject({ cost: 2, nodeCount: 7100, remaining: 4997 });
  });

  it("refuses when the points are spent, until the hour is over", async () => {
    await using small = await smallWorld();
    let now = Date.parse("2026-01-01T00:00:00Z");
    small.world.now = () => new Date(now);
    windowOf(small.world, small.token).used = 5000;

    const spent = await ask(small, "{ viewer { login } }");
    now += 3_600_000;
    const fresh = await ask(small, "{ viewer { login } }");

    expect(spent).toEqual({
      errors: [
        { type: "RATE_LIMITED", message: `API rate limit already exceeded for user ID ${small.owner.id}.` },
      ],
    });
    expect(fresh.data).toEqual({ viewer: { login: "ada" } });
  });

  it("refuses queries for more than half a million nodes", async () => {
    await using small = await smallWorld();
    const query = `{ repository(owner: "ada", name: "engine") { issues(first: 100) { nodes { comments(first: 100) { nodes {
      reactions(first: 100) { totalCount } } } } } } }`;

    const answer = await ask(small, query);

    expect(answer.errors).toMatchObject([{ type: "MAX_NODE_LIMIT_EXCEEDED" }]);
  });
});

function ask({ world, token }: { world: World; token: Token }, query: string) {
  return answerQuery(world, token, { query });
}

async function post(world: World, token: Token | null, body: unknown): Promise<Response> {
  const routes = new Hono<Env>();
  routes.use("*", async (c, next) => {
    c.set("token", token);
    await next();
  });
  graphqlRoutes({ routes, world });
  return routes.request("/graphql", { method: "POST", body: JSON.stringify(body) });
}
