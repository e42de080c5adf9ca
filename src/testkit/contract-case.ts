/** One promise of a contract, as a function any test runner can run. */
export interface ContractCase {
  /** A sentence of behaviour. */
  readonly name: string;
  /** Resolves when the promise is kept, rejects with an `AssertionError` (or what the subject threw) when it is not. */
  run(): Promise<void>;
}
