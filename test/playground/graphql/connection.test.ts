/** Pages of connections, and cursors while the list changes. */
import { describe, expect, it } from "vitest";
import { connection } from "../../../src/playground/graphql/connection.ts";

const key = (item: string): string => item;

describe("a connection", () => {
  it("gives the first or the last ones and says what lies beyond", () => {
    const first = connection(["a", "b", "c"], { first: 2 }, key);
    const last = connection(["a", "b", "c"], { last: 2 }, key);

    expect(first).toMatchObject({
      nodes: ["a", "b"],
      totalCount: 3,
      pageInfo: { hasNextPage: true, hasPreviousPage: false },
    });
    expect(last).toMatchObject({
      nodes: ["b", "c"],
      pageInfo: { hasNextPage: false, hasPreviousPage: true },
    });
  });

  it("goes on after the item of the cursor when the list has changed before it", () => {
    const { endCursor } = connection(["a", "b", "c", "d"], { first: 2 }, key).pageInfo;

    const grown = connection(["0", "a", "b", "c", "d"], { first: 2, after: endCursor }, key);
    const gone = connection(["a", "c", "d"], { first: 2, after: endCursor }, key);

    expect(grown.nodes).toEqual(["c", "d"]);
    expect(gone.nodes).toEqual(["c", "d"]);
  });

  it("goes backwards before a cursor", () => {
    const { startCursor } = connection(["a", "b", "c", "d"], { last: 2 }, key).pageInfo;

    const page = connection(["a", "b", "c", "d"], { last: 1, before: startCursor }, key);

    expect(page.nodes).toEqual(["b"]);
    expect(page.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
  });

  it("refuses a cursor that it did not give", () => {
    expect(() => connection(["a"], { first: 1, after: "nonsense" }, key)).toThrow(
      "`nonsense` does not appear to be a valid cursor for the `after` argument.",
    );
  });
});
