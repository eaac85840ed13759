import { ok, type Result } from "../lib/result.ts";
import { type ApiError, invalid } from "./errors.ts";
import { type Page, type PageRequest, pageOf, parsePageRequest, startOf } from "./paging.ts";
import type { OperationRequest } from "./request.ts";
import {
  type Direction,
  directions,
  type NamedResource,
  type Range,
  type ResourceOperand,
} from "./resources.ts";
import type { ApiVersion } from "./versions.ts";

/** Which part of a list of resources a request asks for. */
export interface ListRequest extends PageRequest {
  readonly prefix: string;
  /** The first name of the list, inclusive. */
  readonly startKey: string;
}

/** Parses a list's query: `limit`, `nextToken`, `prefix` and `startKey`. InvalidArgument for a bad limit. */
export function parseListRequest({ query }: OperationRequest): Result<ListRequest, ApiError> {
  const page = parsePageRequest(query("limit"), query("nextToken"));
  if (!page.ok) return page;
  return ok({ ...page.value, prefix: query("prefix") ?? "", startKey: query("startKey") ?? "" });
}

/** Reads requests for a list that takes nothing but these parameters. */
export function listReader<N extends string>(operation: N) {
  return (request: OperationRequest): Result<{ operation: N; list: ListRequest }, ApiError> => {
    const list = parseListRequest(request);
    return list.ok ? ok({ operation, list: list.value }) : list;
  };
}

/** Parses the `direction` of a list of versions; BACKWARD when it is absent. */
export function parseDirection(came: string | undefined): Result<Direction, ApiError> {
  const direction = directions.find((one) => one === (came || "BACKWARD").toUpperCase());
  return direction ? ok(direction) : invalid("direction", directions.join(" or "), came);
}

/**
 * A page of a list of resources. `list` distinguishes the list from the sandbox's other lists: a token of
 * another list is InvalidArgument.
 */
export async function pageOfResources<T>(
  request: ListRequest,
  list: readonly string[],
  { tokens }: Pick<ResourceOperand, "tokens">,
  find: (range: Range) => NamedResource<T>[],
): Promise<Result<Page<NamedResource<T>>, ApiError>> {
  const start = await startOf(request, tokens);
  if (!start.ok) return start;
  const own = JSON.stringify(list);
  const [of = own, after] = start.value?.split("\n") ?? [];
  if (of !== own) {
    return invalid("nextToken", "one that an earlier page of this list returned", request.nextToken);
  }
  const { limit, prefix, startKey } = request;
  // A token takes the place of `startKey`. Source: the tests of the vendor's SDK for PHP.
  const from = after === undefined ? startKey : "";
  const found = find({ prefix, from, after, most: limit + 1 });
  return ok(await pageOf(found, limit, ({ name }) => tokens.issue(`${own}\n${name}`)));
}

/** A page of a list as a version's responses show it, the elements in the item `name`. */
export function renderList<T>(
  { hasServices }: ApiVersion,
  name: string,
  page: Page<T>,
  render: (element: T) => object,
): object {
  // Source: the tests of the vendor's SDK for Java read on until there is no token, in FC 2.0.
  const nextToken = page.nextToken ?? (hasServices ? undefined : "");
  const elements = { [name]: page.items.map(render) };
  return nextToken === undefined ? elements : { ...elements, nextToken };
}
