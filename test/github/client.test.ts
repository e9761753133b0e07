/** The client's manners: reads again, writes once, limits thrown, nothing slept over. */
import { Octokit } from "@octokit/rest";
import { describe, expect, test } from "vitest";
import { connect, graphql } from "../../src/github/client.ts";
import { Forbidden, GraphqlFailure, isUnanswered, RateLimited, statusOf } from "../../src/github/failure.ts";

const DATE = "Fri, 02 Jan 2026 03:04:05 GMT";

/** Answers one after another; the last one again and again. */
function scripted(...answers: { status: number; body?: unknown; headers?: { [name: string]: string } }[]) {
  const urls: string[] = [];
  const fetch = (url: string): Promise<Response> => {
    const answer = answers[Math.min(urls.length, answers.length - 1)];
    urls.push(url);
    if (answer === undefined || answer.status === 0) return Promise.reject(new TypeError("connection reset"));
    const headers = { "content-type": "application/json", date: DATE, ...answer.headers };
    return Promise.resolve(
      new Response(JSON.stringify(answer.body ?? {}), { status: answer.status, headers }),
    );
  };
  const client = connect(
    new Octokit({ baseUrl: "https://ghe.example/api/v3", request: { fetch }, log: silent }),
  );
  return { client, urls };
}

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("reads", () => {
  test.each([500, 502, 503, 0])("are tried again after %i", async (status) => {
    const { client, urls } = scripted({ status }, { status: 200 });

    await client.request("GET /user");

    expect(urls).toHaveLength(2);
  });

  test("are given up after the third try", async () => {
    const { client, urls } = scripted({ status: 502 });

    const error = await failure(client.request("GET /user"));

    expect([isUnanswered(error), urls.length]).toEqual([true, 3]);
  });

  test("a GraphQL query is one, at the server's own place for it", async () => {
    const { client, urls } = scripted({ status: 502 }, { status: 200, body: { data: { a: 1 } } });

    const answer = await graphql(client, "query A { a }", {});

    expect(answer).toEqual({ data: { a: 1 }, now: "2026-01-02T03:04:05Z" });
    expect(urls).toEqual(["https://ghe.example/api/graphql", "https://ghe.example/api/graphql"]);
  });
});

describe("writes", () => {
  test.each([500, 502, 0])("are never repeated, not even after %i", async (status) => {
    const { client, urls } = scripted({ status }, { status: 200 });

    const error = await failure(client.request("POST /user/repos", { name: "x" }));

    expect([isUnanswered(error), statusOf(error), urls.length]).toEqual([
      true,
      status === 0 ? null : status,
      1,
    ]);
  });

  test("a GraphQL mutation is one", async () => {
    const { client, urls } = scripted({ status: 502 });

    await failure(graphql(client, "mutation A { a }", {}));

    expect(urls).toHaveLength(1);
  });

  test("go one after another", async () => {
    const order: string[] = [];
    const fetch = async (url: string): Promise<Response> => {
      order.push(`begin ${url.at(-1)}`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`end ${url.at(-1)}`);
      return new Response(null, { status: 204 });
    };
    const client = connect(new Octokit({ request: { fetch } }));

    await Promise.all(["1", "2"].map((n) => client.request(`PUT /user/starred/a/${n}`)));

    expect(order).toEqual(["begin 1", "end 1", "begin 2", "end 2"]);
  });
});

describe("a rate limit is thrown, with the time of GitHub's clock", () => {
  const reset = String(Date.parse(DATE) / 1000 + 40);
  test.each([
    ["by retry-after", { status: 403, headers: { "retry-after": "30" } }, "2026-01-02T03:04:35.000Z"],
    ["as 429", { status: 429, headers: { "retry-after": "5" } }, "2026-01-02T03:04:10.000Z"],
    [
      "by what remains",
      { status: 403, headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset } },
      "2026-01-02T03:04:46.000Z",
    ],
    [
      "in words alone",
      { status: 403, body: { message: "You have exceeded a secondary rate limit." } },
      "2026-01-02T03:05:05.000Z",
    ],
  ])("%s", async (_, answer, until) => {
    const { client, urls } = scripted(answer);

    const error = await failure(client.request("POST /user/repos", { name: "x" }));

    expect(error).toBeInstanceOf(RateLimited);
    expect([(error as RateLimited).until, urls.length]).toEqual([until, 1]);
  });

  test("by GraphQL, which answers 200", async () => {
    const { client } = scripted({
      status: 200,
      body: { errors: [{ type: "RATE_LIMITED", message: "limit" }] },
    });

    const error = await failure(graphql(client, "query A { a }", {}));

    expect(error).toBeInstanceOf(RateLimited);
  });
});

test("a missing permission has its own error", async () => {
  const { client } = scripted({ status: 403, body: { message: "Resource not accessible by integration" } });

  const error = await failure(client.request("POST /user/repos", { name: "x" }));

  expect(error).toBeInstanceOf(Forbidden);
});

test("data beside GraphQL errors is no answer", async () => {
  const { client } = scripted({
    status: 200,
    body: { data: { a: 1 }, errors: [{ type: "X", message: "half" }] },
  });

  const error = await failure(graphql(client, "query Half { a }", {}));

  expect(error).toBeInstanceOf(GraphqlFailure);
});
