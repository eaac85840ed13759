import type * as z from "zod/mini";
import { type Err, err, ok, type Result } from "../lib/result.ts";
import type { Problem } from "./responseBodies.ts";

const titles = {
  400: "Bad request",
  401: "Not authorised",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  413: "Too large",
  415: "Unsupported media type",
  429: "Too many requests",
  500: "Internal error",
  501: "Not implemented",
  503: "Unavailable",
} as const;

/**
 * A problem as an error value. `detail` is a sentence for people, `errors` lists the invalid places of a
 * document.
 */
export function problem(
  status: keyof typeof titles,
  detail: string,
  errors?: Problem["errors"],
): Err<Problem> {
  return err({ status, title: titles[status], detail, ...(errors ? { errors } : {}) });
}

/** Parses a value with a schema. The error is a 400 problem that lists the invalid places. */
export function parsed<T extends z.ZodMiniType>(schema: T, value: unknown): Result<z.output<T>, Problem> {
  const result = schema.safeParse(value);
  if (result.success) return ok(result.data);
  const errors = result.error.issues.map((issue) => ({
    path: issue.path
      .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
      .join("")
      .replace(/^\./, ""),
    reason:
      issue.code === "unrecognized_keys"
        ? `must not have ${issue.keys.join(", ")}`
        : `must be ${issue.message}`,
  }));
  const [first] = errors;
  return problem(400, `${first?.path || "the document"} ${first?.reason}`, errors);
}
