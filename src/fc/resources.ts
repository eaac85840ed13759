import { type Err, ok, type Result } from "../lib/result.ts";
import { type ApiError, failure } from "./errors.ts";
import type { FunctionName } from "./names.ts";
import type { ListTokens } from "./paging.ts";
import type { Handler, OperationCall, OperationRequest } from "./request.ts";
import type { RequestNames } from "./requestNames.ts";
import { hex } from "./signature/encoding.ts";
import type { ApiVersion, Place } from "./versions.ts";

/** Items of a resource, as a client gave them: documented ones only, none of them null. */
export type Items = Readonly<Record<string, string | number | boolean | object>>;

/** When a resource was created and changed, in milliseconds since 1970, and which state of it this is. */
export interface Stamp {
  readonly createdTime: number;
  readonly lastModifiedTime: number;
  readonly etag: string;
}

/** What has versions: a service (FC 2.0), or a function without a service (FC 3.0). */
interface Publishable {
  readonly id: string;
  readonly items: Items;
  /** The number of the version that was published last, 0 for none. Numbers are never used again. */
  readonly lastVersion: number;
}

/** A service as it is stored. */
export interface StoredService extends Stamp, Publishable {}

/** A function's code. Code that was too large to store, or is in a bucket, has no `stored`. */
export interface StoredCode {
  /** The CRC-64 of the code. */
  readonly checksum: string;
  /** Bytes. */
  readonly size: number;
  /** The key of the code's bytes. */
  readonly stored?: string;
  readonly bucket?: { readonly name: string; readonly object: string };
}

/** A function as it is stored. */
export interface StoredFunction extends Stamp, Publishable {
  readonly code: StoredCode;
}

/** A version as it is stored: a picture of the service (FC 2.0) or of the function (FC 3.0). */
export interface StoredVersion extends Stamp {
  readonly description: string;
  readonly of: StoredService | StoredFunction;
}

/** An alias as it is stored. */
export interface StoredAlias extends Stamp {
  /** Distinguishes an alias from an earlier one of the same name. */
  readonly id: string;
  readonly versionId: string;
  readonly items: Items;
}

/** A service or an FC 3.0 function, as the owner of versions and aliases. A service has an empty `function`. */
export type Owner = FunctionName;

/** A part of a list. Names are in the order of their bytes, versions in the order of their numbers. */
export interface Range {
  readonly prefix: string;
  /** The first name, inclusive. */
  readonly from: string;
  /** The name that comes before the part, exclusive; undefined for none. */
  readonly after: string | undefined;
  readonly most: number;
}

/** The whole of a list. */
export const ALL: Range = { prefix: "", from: "", after: undefined, most: -1 };

export interface NamedResource<T> {
  readonly name: string;
  readonly value: T;
}

/** The resources of a sandbox, to read. */
export interface Resources {
  service(name: string): StoredService | undefined;
  function(name: FunctionName): StoredFunction | undefined;
  /** A function of a service as a version of the service has it. */
  functionOfVersion(version: string, name: FunctionName): StoredFunction | undefined;
  version(owner: Owner, id: string): StoredVersion | undefined;
  alias(owner: Owner, name: string): StoredAlias | undefined;
  services(range: Range): NamedResource<StoredService>[];
  /** The functions of a service, as a version has them or as they are now. */
  functions(service: string, version: string | undefined, range: Range): NamedResource<StoredFunction>[];
  versions(owner: Owner, range: Range, direction: Direction): NamedResource<StoredVersion>[];
  aliases(owner: Owner, range: Range): NamedResource<StoredAlias>[];
  /** How many there are. */
  count(kind: ResourceKind): number;
  countOf(kind: "versions" | "aliases", owner: Owner): number;
  /** Whether the owner, or a function of the service, differs from its latest version. */
  hasChanged(owner: Owner): boolean;
  /** Whether the sandbox may store so many bytes with a change's new versions. What the change deletes still counts. */
  hasRoomForVersions(change: ResourceChange, maxBytes: number): boolean;
}

export const directions = ["FORWARD", "BACKWARD"] as const;
export type Direction = (typeof directions)[number];

/** What an operation writes: `null` deletes. */
export type ResourceWrite =
  | { readonly kind: "service"; readonly name: string; readonly value: StoredService | null }
  | {
      readonly kind: "function";
      readonly name: FunctionName;
      readonly value: StoredFunction | null;
      /** The bytes of `value.code.stored` in base64, where they are not stored yet. */
      readonly zipFile?: string;
    }
  | {
      readonly kind: "version";
      readonly owner: Owner;
      readonly name: string;
      readonly value: StoredVersion | null;
      /** The functions that a service's version has; when absent, those that the service has now. */
      readonly functions?: readonly NamedResource<StoredFunction>[];
    }
  | {
      readonly kind: "alias";
      readonly owner: Owner;
      readonly name: string;
      readonly value: StoredAlias | null;
    };

export type ResourceChange = readonly ResourceWrite[];

/** The kinds of resources that a sandbox has. */
export const resourceKinds = ["services", "functions", "versions", "aliases"] as const;
export type ResourceKind = (typeof resourceKinds)[number];

/** How many resources a sandbox may have, how large code may be that is stored, and how much a sandbox stores, in bytes. */
export interface ResourceLimits {
  readonly services: number;
  readonly functions: number;
  readonly qualifiersPerFunction: number;
  readonly codeBytes: number;
  readonly sandboxBytes: number;
  readonly bodyBytes: number;
}

/** A sandbox's resources, and what an operation on them needs. */
export interface ResourceOperand {
  readonly names: RequestNames;
  readonly version: ApiVersion;
  readonly resources: Resources;
  readonly tokens: ListTokens;
  readonly place: Place;
  /** The sandbox's time, in milliseconds since 1970. */
  readonly now: number;
  readonly limits: ResourceLimits;
  /** The address at which a client that uses an endpoint gets the stored code of a key. */
  codeUrl(endpoint: string, key: string): Promise<string>;
}

/** An operation on a sandbox's resources. */
export type ResourceHandler<C extends OperationCall> = Handler<C, ResourceOperand, ResourceChange>;

/** The stamp of a resource that is written now. */
export function stamp(now: number, before?: Stamp): Stamp {
  return { createdTime: before?.createdTime ?? now, lastModifiedTime: now, etag: newEtag() };
}

/** 32 hexadecimal digits, as in the reference's examples. */
function newEtag(): string {
  return hex(crypto.getRandomValues(new Uint8Array(16)).buffer);
}

/** The response's header that says which state of a resource it shows. */
export function etagHeader({ etag }: Stamp): Readonly<Record<string, string>> {
  return { ETag: etag };
}

/** The request's If-Match header, in versions of the API that have it. */
export function readIfMatch({ header }: OperationRequest, { hasServices }: ApiVersion): string | null {
  return hasServices ? header("If-Match") : null;
}

/**
 * Checks the request's If-Match header. PreconditionFailed when it names no state that is there. Source: the
 * parameters of UpdateService (2021-04-06).
 */
export function checkIfMatch(ifMatch: string | null, { etag }: Stamp): Result<undefined, ApiError> {
  if (ifMatch === null || ifMatch.trim() === "" || ifMatch.trim() === "*") return ok(undefined);
  const tags = ifMatch.split(",").map((tag) => tag.trim().replace(/^(?:W\/)?"(.*)"$/, "$1"));
  return tags.includes(etag) ? ok(undefined) : failure("PreconditionFailed");
}

/** How messages call the owner of versions and aliases. */
export function ownerText({ service, function: name }: Owner): string {
  return service ? `service '${service}'` : `function '${name}'`;
}

/** The owner of the versions and aliases of a function. */
export function ownerOf({ service, function: name }: FunctionName): Owner {
  return service ? { service, function: "" } : { service: "", function: name };
}

/** The owner that a request names. */
export function namedOwner({ service, function: name }: RequestNames): Owner {
  return { service: service ?? "", function: name ?? "" };
}

/** The error of an owner that does not exist; undefined when it does. */
export function missingOwner(owner: Owner, resources: Resources): Err<ApiError> | undefined {
  return findOwner(owner, resources) ? undefined : ownerNotFound(owner);
}

export function findOwner(owner: Owner, resources: Resources): StoredService | StoredFunction | undefined {
  return owner.service ? resources.service(owner.service) : resources.function(owner);
}

export function ownerNotFound({ service, function: name }: Owner): Err<ApiError> {
  return service ? failure("ServiceNotFound", service) : failure("FunctionNotFound", name, "");
}

/** What an owner still has, because of which it can't be deleted; undefined for nothing. */
export function heldBy(owner: Owner, resources: Resources): "versions" | "aliases" | undefined {
  return (["versions", "aliases"] as const).find((kind) => resources.countOf(kind, owner) > 0);
}

/** What a change would do that stores more than `most` bytes, for the end of a sentence. */
export function wouldStore(most: number): string {
  return `the sandbox would store more than ${most} bytes`;
}

/** The error of an owner, or a sandbox, that has as many of something as it may have. */
export function limitReached(owner: string, most: number, what: string): Err<ApiError> {
  return failure("InvalidArgument", `${owner} has ${most} ${what}, and may have no more`);
}
