/** Issues with their labels, comments, reactions and timeline. */
import type { Pull } from "./pulls.ts";

export interface Label {
  id: number;
  name: string;
  color: string;
  description: string | null;
}

export type ReactionContent = "+1" | "-1" | "laugh" | "confused" | "heart" | "hooray" | "rocket" | "eyes";

export interface Reaction {
  id: number;
  userId: number;
  content: ReactionContent;
  createdAt: string;
}

export interface Comment {
  id: number;
  issueNumber: number;
  authorId: number;
  body: string;
  createdAt: string;
  updatedAt: string;
  lastEditedAt: string | null;
  lastEditorId: number | null;
  minimized: string | null;
  reactions: Reaction[];
}

/** One entry of an issue's timeline; `kind` is the REST event name (`labeled`, `closed`, `merged`, …). */
export interface TimelineEvent {
  id: number;
  kind: string;
  actorId: number;
  createdAt: string;
  label: string | null;
  /** Commit of `merged`, `closed` by a commit or head pushes. */
  commit: string | null;
  detail: Record<string, unknown>;
}

export interface Issue {
  id: number;
  number: number;
  title: string;
  body: string | null;
  authorId: number;
  state: "open" | "closed";
  stateReason: "completed" | "not_planned" | "reopened" | "duplicate" | null;
  labels: string[];
  locked: boolean;
  createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  closedById: number | null;
  lastEditedAt: string | null;
  lastEditorId: number | null;
  reactions: Reaction[];
  timeline: TimelineEvent[];
  /** Set when the issue is a pull request. */
  pull: Pull | null;
}
