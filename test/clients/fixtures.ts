export const QUEUE = "acs:mns:cn-hangzhou:1234567890123456:/queues/results/messages";
export const TOPIC = "acs:mns:cn-hangzhou:1234567890123456:/topics/failures/messages";
export const FUNCTION = "acs:fc:cn-hangzhou:1234567890123456:services/shop.LATEST/functions/report";

export const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
export const REQUEST_ID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
/** A request id of FC 3.0. */
export const FC3_REQUEST_ID = /^1-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{12}$/;

let functions = 0;

/** The name of a function that no other test of the file has. */
export function newFunction(): string {
  functions += 1;
  return `function-${functions}`;
}

/** The pages of a list, each asked for with the token of the one before, until one has no token, or an empty one. */
export async function allPages<T>(
  list: (
    nextToken: string | undefined,
  ) => Promise<{ configs?: T[] | null | undefined; nextToken?: string | undefined }>,
): Promise<T[][]> {
  const pages: T[][] = [];
  let nextToken: string | undefined;
  do {
    const page = await list(nextToken);
    pages.push(page.configs ?? []);
    nextToken = page.nextToken;
  } while (nextToken);
  return pages;
}
