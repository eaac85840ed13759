/** Items that may be left out or undefined. */
export type Undefinable<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** The items of an object but those that are undefined, which would replace others when they are spread. */
export function definedItems<T extends object>(items: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(items).filter(([, value]) => value !== undefined)) as never;
}
