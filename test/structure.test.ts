/** Holds the house to its plan: which room may import which, how long a file may be, what it must say and must not contain. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { Config } from "../src/domain/config.ts";
import { RULES } from "../src/domain/decide.ts";

const ROOT = join(import.meta.dirname, "..");

interface Source {
  path: string;
  text: string;
  lines: number;
  /** Project files as paths from the root, packages as they are named. */
  imports: string[];
}

const SOURCES = ["src", "action", "test"].flatMap((folder) => sourcesIn(join(ROOT, folder)));
const src = SOURCES.filter(({ path }) => path.startsWith("src/"));

/** What a room may import beside itself: rooms, and packages where they are few. */
const WALLS: { [room: string]: { rooms: string[]; packages: string[] | "any" } } = {
  domain: { rooms: [], packages: ["zod", "node:crypto"] },
  github: { rooms: ["domain"], packages: "any" },
  app: { rooms: ["domain", "github"], packages: "any" },
  runner: { rooms: ["domain", "github"], packages: "any" },
  cli: { rooms: ["domain", "github", "app", "runner", "playground"], packages: "any" },
  playground: { rooms: [], packages: "any" },
};

describe("walls", () => {
  it.each(Object.entries(WALLS))("%s imports only what it may", (room, { rooms, packages }) => {
    const crossed = src
      .filter(({ path }) => roomOf(path) === room)
      .flatMap(({ path, imports }) =>
        imports
          .filter((name) => !isAllowed(name, { room, rooms, packages }))
          .map((name) => `${path} → ${name}`),
      );

    expect(crossed).toEqual([]);
  });

  it("every room has its wall", () => {
    expect([...new Set(src.map(({ path }) => roomOf(path)))].toSorted()).toEqual(
      Object.keys(WALLS).toSorted(),
    );
  });

  it("the playground does not know GZA", () => {
    const knowing = src.filter(({ path, text }) => roomOf(path) === "playground" && /gza/i.test(text));

    expect(knowing.map(({ path }) => path)).toEqual([]);
  });

  it("no files import each other in a circle", () => {
    // A composite action has steps, and steps run actions: that circle is GitHub's own.
    const own = circles(src).filter((circle) => !circle.startsWith("src/playground/actions/"));

    expect(own).toEqual([]);
  });
});

describe("files", () => {
  it("are short enough", () => {
    const long = SOURCES.filter(({ path, lines }) => lines > (path.startsWith("test/") ? 500 : 300));

    expect(long.map(({ path, lines }) => `${path}: ${lines}`)).toEqual([]);
  });

  it("say first what they are for", () => {
    const silent = SOURCES.filter(
      ({ path, text }) => !path.endsWith(".test.ts") && !/^(#!.*\n)?\/\*\*/.test(text),
    );

    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  it("are named for what they hold, in kebab-case", () => {
    const bad = SOURCES.filter(({ path }) =>
      /[A-Z_]|(^|\/)(utils?|helpers?|common|types|lib|index)(\/|\.)/.test(path),
    );

    expect(bad.map(({ path }) => path)).toEqual([]);
  });

  it.each([
    ["any", /\bas any\b|: any\b|<any>/],
    ["an assertion that something is not null", /[\w)\]]!(?:\.|;|,|\)|\[)/],
    ["an enum", /^\s*(?:export )?(?:const )?enum\b/m],
    ["something unfinished", /\b(?:TODO|FIXME|XXX|HACK)\b|\bfor now\b/],
    ["a silenced check", /@ts-(?:ignore|nocheck|expect-error)|eslint-disable/],
    ["a mock of an own module", /vi\.mock\(\s*["']\./],
    ["a test that does not run, or runs alone", /\b(?:it|test|describe)\.(?:only|skip|todo)\b/],
  ])("hold no %s", (_, pattern) => {
    const found = SOURCES.filter(
      ({ path, text }) => path !== "test/structure.test.ts" && pattern.test(withoutStrings(text)),
    );

    expect(found.map(({ path }) => path)).toEqual([]);
  });
});

describe("policy", () => {
  it("every rule that answers has a file of its own", () => {
    const files = new Set(
      readdirSync(join(ROOT, "src/domain/rules")).map((file) => camel(file.replace(".ts", ""))),
    );
    const named = RULES.map(({ answer }) => answer.name).filter((name) => name !== "nothingYet");

    expect(named.filter((name) => !files.has(name))).toEqual([]);
  });

  it("every key of the config is read somewhere", () => {
    const readers = src.filter(
      ({ path }) =>
        (path.startsWith("src/domain/") && path !== "src/domain/config.ts") || path.startsWith("src/github/"),
    );
    const unread = keysOf(Config).filter(
      (key) => !readers.some(({ text }) => new RegExp(`\\b${key}\\b`).test(text)),
    );

    expect(unread).toEqual([]);
  });
});

function sourcesIn(folder: string): Source[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.startsWith("dist"))
    .map((file) => {
      const full = join(folder, file);
      const text = readFileSync(full, "utf8");
      const path = relative(ROOT, full);
      return { path, text, lines: text.split("\n").length - 1, imports: importsOf(path, text) };
    });
}

function importsOf(path: string, text: string): string[] {
  const names = [
    ...text.matchAll(
      /^(?:import|export)\b[^;]*?from "(?<name>[^"]+)";|^import "(?<bare>[^"]+)";|\bimport\("(?<late>[^"]+)"\)/gm,
    ),
  ];
  return names
    .map(({ groups }) => groups?.["name"] ?? groups?.["bare"] ?? groups?.["late"] ?? "")
    .map((name) => (name.startsWith(".") ? join(dirname(path), name) : name));
}

function roomOf(path: string): string {
  return path.split("/")[1] ?? "";
}

function isAllowed(
  name: string,
  wall: { room: string; rooms: string[]; packages: string[] | "any" },
): boolean {
  if (!name.includes("/") || !/^(?:src|test|action)\//.test(name))
    return wall.packages === "any" || wall.packages.includes(name);
  return name.startsWith("src/") && [wall.room, ...wall.rooms].includes(roomOf(name));
}

/** Each circle of imports once, as the files along it; imports of types alone are none, they are gone when the program runs. */
function circles(sources: readonly Source[]): string[] {
  const graph = new Map(
    sources.map(({ path, text }) => [path, importsOf(path, text.replace(/^import type [^;]*;/gm, ""))]),
  );
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
    if (done.has(path) || trail.includes(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}

function withoutStrings(text: string): string {
  return text
    .replace(/`(?:[^`\\]|\\.)*`|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, '""')
    .replace(/\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g, "0");
}

function camel(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** All keys of an object schema, those of objects inside it too. */
function keysOf(schema: z.ZodType): string[] {
  const inner =
    "unwrap" in schema && typeof schema.unwrap === "function" ? (schema.unwrap() as z.ZodType) : schema;
  if (inner !== schema) return keysOf(inner);
  const shape = "shape" in schema ? (schema.shape as { [key: string]: z.ZodType }) : {};
  return Object.entries(shape).flatMap(([key, value]) => [key, ...keysOf(value)]);
}
