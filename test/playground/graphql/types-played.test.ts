/** What is played is what GitHub's schema has. */
import { isObjectType } from "graphql";
import { describe, expect, it } from "vitest";
import { githubSchema } from "../../../src/playground/graphql/schema.ts";
import { TYPES } from "../../../src/playground/graphql/types-played.ts";

describe("the types that are played", () => {
  it.each(Object.keys(TYPES))("%s has only fields of GitHub's schema", (name) => {
    const type = githubSchema().getType(name);

    const fields = isObjectType(type) ? Object.keys(type.getFields()) : [];

    expect(fields).toEqual(expect.arrayContaining(Object.keys(TYPES[name] ?? {})));
  });
});
