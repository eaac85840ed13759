import { crc64 } from "../../lib/crc64.ts";
import { ok, type Result } from "../../lib/result.ts";
import { type ApiError, failure, invalid } from "../errors.ts";
import { object } from "../itemSchemas.ts";
import type { StoredCode } from "../resources.ts";
import { codeItems } from "./schema.ts";

export const codeSchema = object(codeItems);

/** The code that a request gives: where its bytes are, or in which bucket. */
export interface GivenCode {
  readonly checksum: string;
  /** Bytes. */
  readonly size: number;
  /** The code in base64; absent for code in a bucket, and for code that is too large to store. */
  readonly zipFile?: string;
  readonly bucket?: { readonly name: string; readonly object: string };
}

/** The items of `code` in a body, without those that are null. */
export interface CodeItems {
  readonly zipFile?: string;
  readonly ossBucketName?: string;
  readonly ossObjectName?: string;
  readonly checksum?: string;
}

/**
 * Reads the code that a request gives; undefined when it gives none. Code of more than `maxStored` bytes is
 * measured but not kept. InvalidArgument for a zip file that is not base64, an incomplete bucket location, or
 * a checksum that the client got wrong.
 */
export function readCode(
  { zipFile, ossBucketName, ossObjectName, checksum }: CodeItems,
  checksumHeader: string | null,
  maxStored: number,
): Result<GivenCode | undefined, ApiError> {
  const claimed = checksum || checksumHeader || undefined;
  if (zipFile) {
    let bytes: Uint8Array;
    try {
      bytes = Uint8Array.fromBase64(zipFile);
    } catch {
      return invalid("code.zipFile", "a zip file in base64", zipFile);
    }
    const actual = crc64(bytes);
    if (claimed !== undefined && claimed !== actual) {
      return failure("InvalidArgument", `code checksum is ${actual}, but got ${JSON.stringify(claimed)}`);
    }
    const code = { checksum: actual, size: bytes.length };
    return ok(bytes.length <= maxStored ? { ...code, zipFile } : code);
  }
  if (!ossBucketName && !ossObjectName) return ok(undefined);
  if (!ossBucketName) return invalid("code.ossBucketName", "the name of a bucket", ossBucketName);
  if (!ossObjectName) return invalid("code.ossObjectName", "the name of an object", ossObjectName);
  // The bucket's bytes are out of reach, so the location stands for them.
  const location = new TextEncoder().encode(`oss://${ossBucketName}/${ossObjectName}`);
  return ok({
    checksum: claimed ?? crc64(location),
    size: 0,
    bucket: { name: ossBucketName, object: ossObjectName },
  });
}

/** The code of a function that was declared, and never given any: the CRC-64 of no bytes is 0. */
export const NO_CODE: StoredCode = { checksum: "0", size: 0 };

/** Code as it is stored, with the key of its bytes when those are to be stored. */
export function storedCode({ checksum, size, zipFile, bucket }: GivenCode): StoredCode {
  return {
    checksum,
    size,
    ...(zipFile === undefined ? {} : { stored: crypto.randomUUID() }),
    ...(bucket ? { bucket } : {}),
  };
}
