/** The result of a call: a value, or an error as a value. Exceptions are for bugs only. */
export type Result<T, E> = { readonly ok: true; readonly value: T } | Err<E>;

export interface Err<E> {
  readonly ok: false;
  readonly error: E;
}

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function err<E>(error: E): Err<E> {
  return { ok: false, error };
}
