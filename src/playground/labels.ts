/** The labels of a repository: made, renamed, removed. Names are unique whatever their case. */
import { ApiError } from "./errors.ts";
import type { Label } from "./model/issues.ts";
import type { Token } from "./model/people.ts";
import type { Repository, World } from "./model/world.ts";
import { labelJson } from "./shapes/issue.ts";
import { emit, newId } from "./world.ts";

interface Act {
  actorId: number;
  token: Token | null;
}

export interface LabelInput {
  name: string;
  color?: string | undefined;
  description?: string | null | undefined;
}

export function findLabel(repository: Repository, name: string): Label | undefined {
  const wanted = name.toLowerCase();
  return repository.labels.find((label) => label.name.toLowerCase() === wanted);
}

/** 422 `already_exists` when the name is taken. Emits `label.created`. */
export function createLabel(world: World, repository: Repository, input: Act & LabelInput): Label {
  checkName(input.name);
  if (findLabel(repository, input.name)) throw taken();
  const label: Label = {
    id: newId(world),
    name: input.name,
    color: checkColor(input.color ?? "ededed"),
    description: checkDescription(input.description ?? null),
  };
  repository.labels.push(label);
  tell(world, repository, { ...input, label, action: "created" });
  return label;
}

/** What GitHub does when an issue gets a label that the repository lacks: it makes a grey one. */
export function findOrCreateLabel(
  world: World,
  repository: Repository,
  input: Act & { name: string },
): Label {
  return findLabel(repository, input.name) ?? createLabel(world, repository, input);
}

/** A new name goes to every issue that has the label. Emits `label.edited`. */
export function updateLabel(
  world: World,
  repository: Repository,
  input: Act & Omit<LabelInput, "name"> & { label: Label; name?: string | undefined },
): void {
  const { label } = input;
  const before = { ...label };
  if (input.name !== undefined && input.name !== label.name) rename(repository, label, input.name);
  if (input.color !== undefined) label.color = checkColor(input.color);
  if (input.description !== undefined) label.description = checkDescription(input.description);
  const changes = Object.fromEntries(
    (["name", "color", "description"] as const)
      .filter((field) => before[field] !== label[field])
      .map((field) => [field, { from: before[field] ?? "" }]),
  );
  if (Object.keys(changes).length > 0) tell(world, repository, { ...input, action: "edited", changes });
}

/** Takes it off every issue too, without a timeline entry, as GitHub does. Emits `label.deleted`. */
export function deleteLabel(world: World, repository: Repository, input: Act & { label: Label }): void {
  repository.labels.splice(repository.labels.indexOf(input.label), 1);
  for (const issue of repository.issues.values()) {
    issue.labels = issue.labels.filter((name) => name !== input.label.name);
  }
  tell(world, repository, { ...input, action: "deleted" });
}

function rename(repository: Repository, label: Label, name: string): void {
  checkName(name);
  const other = findLabel(repository, name);
  if (other && other !== label) throw taken();
  for (const issue of repository.issues.values()) {
    issue.labels = issue.labels.map((held) => (held === label.name ? name : held));
  }
  label.name = name;
}

function tell(
  world: World,
  repository: Repository,
  {
    label,
    action,
    changes,
    actorId,
    token,
  }: Act & { label: Label; action: string; changes?: Record<string, unknown> },
): void {
  const payload = { label: labelJson(world, repository, label), ...(changes ? { changes } : {}) };
  emit(world, { name: "label", action, repository, senderId: actorId, token, payload });
}

function checkName(name: string): void {
  if (name.trim() === "") throw invalid("name", "missing_field");
  if (name.length > 50) throw invalid("name", "custom", "name is too long (maximum is 50 characters)");
}

function checkColor(color: string): string {
  if (!/^[0-9a-f]{6}$/i.test(color)) throw invalid("color", "invalid");
  return color.toLowerCase();
}

function checkDescription(description: string | null): string | null {
  if (description === null || description.length <= 100) return description;
  throw invalid("description", "custom", "description is too long (maximum is 100 characters)");
}

function taken(): ApiError {
  return invalid("name", "already_exists");
}

function invalid(field: string, code: string, message?: string): ApiError {
  const error = { resource: "Label", field, code, ...(message === undefined ? {} : { message }) };
  return new ApiError(422, "Validation Failed", { errors: [error] });
}
