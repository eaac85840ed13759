import { type JsonObject, reference } from "./schemas.ts";

/** The headers of responses: of every one, of those that show a resource of FC 2.0, and of 429 responses. */
export const headers: JsonObject = {
  RequestId: {
    description:
      "Names this request, in the journal too. A UUID, or a text like `1-65bf56b2-1368aa6d-c7da7fa6a4d4` in FC 3.0.",
    schema: { type: "string" },
  },
  Date: {
    description: "The server's time, real whatever the sandbox's clock shows.",
    schema: { type: "string" },
  },
  ETag: {
    description: "Which state of the resource this is: 32 hexadecimal digits, for If-Match.",
    schema: { type: "string", pattern: "^[0-9a-f]{32}$" },
  },
  RetryAfter: { description: "Seconds.", schema: { type: "integer" } },
};

/** The headers of every response of the API. */
export const commonHeaders: JsonObject = {
  "X-Fc-Request-Id": reference("headers", "RequestId"),
  Date: reference("headers", "Date"),
};
