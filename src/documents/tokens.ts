/**
 * The header for a token beside `Authorization`: for clients that send the same headers to the control plane and to the API,
 * where `Authorization` has the signature.
 */
export const TOKEN_HEADER = "X-Sandbox-Token";

/** The detail of the problem for a token that was valid until it was rotated. */
export const TOKEN_REPLACED = "This token was replaced by a new one.";
