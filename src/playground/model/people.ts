/** People, Apps and the tokens that stand for them. */

/** Repository roles, weakest first, as GitHub orders them. */
export const ROLES = ["read", "triage", "write", "maintain", "admin"] as const;

export type Role = (typeof ROLES)[number];

/** Permission names and levels as in an App's manifest and a workflow's `permissions`. */
export type Access = "read" | "write";

export type Permissions = Record<string, Access>;

export interface User {
  id: number;
  login: string;
  kind: "User" | "Bot" | "Organization";
  name: string;
  email: string;
}

export interface App {
  id: number;
  slug: string;
  name: string;
  /** SPKI PEM; the private half is handed out once, when the App is made. */
  publicKey: string;
  webhookSecret: string;
  /** Where deliveries go; null: the App takes none. */
  webhookUrl: string | null;
  permissions: Permissions;
  events: string[];
  /** The `<slug>[bot]` user that acts for it. */
  botId: number;
  ownerId: number;
}

export interface Installation {
  id: number;
  appId: number;
  accountId: number;
  repositoryIds: number[];
  permissions: Permissions;
  events: string[];
  suspendedAt: string | null;
}

/** What a bearer token stands for. `user` tokens have the role of their person; the others carry permissions. */
export interface Token {
  value: string;
  kind: "user" | "installation" | "workflow";
  userId: number;
  installationId: number | null;
  /** Workflow run whose job holds it; such a token starts no workflows (except by dispatch). */
  runId: number | null;
  /** null: whatever the person may see. */
  repositoryIds: number[] | null;
  /** null: by role. */
  permissions: Permissions | null;
  expiresAt: string | null;
}
