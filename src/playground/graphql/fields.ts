/** How a GraphQL type is played: one function per field, held to GitHub's schema by its published types. */
import type { Token, User } from "../model/people.ts";
import type { Repository, World } from "../model/world.ts";
import type { Cost } from "./cost.ts";
import type { GitReads } from "./git-reads.ts";
import type { Window } from "./rate-limit.ts";

/** What every resolver may use: one per request. */
export interface Context {
  world: World;
  token: Token;
  viewer: User;
  /** The git repository, its reads shared within the request. */
  git: (repository: Repository) => GitReads;
  /** After refs have moved: what follows reads anew. */
  forgetGit: () => void;
  cost: Cost;
  window: Window;
}

/** `never` lets each resolver declare the arguments of its own field; the executor has checked them. */
export type Resolver<Source> = (source: Source, args: never, context: Context) => unknown;

/**
 * The fields of one GraphQL type. `Type` is GitHub's type as published in `@octokit/graphql-schema`, so that a field which
 * does not exist does not compile; a field which is not here is answered with `NOT_PLAYED`.
 */
export type Fields<Type, Source> = { [Field in Exclude<keyof Type, "__typename">]?: Resolver<Source> };

/** Paging as every connection takes it. */
export interface Paging {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
}
