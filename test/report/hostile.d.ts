/** Text no renderer may let through as it is: what a model server, a provider or a file could send at a terminal. */
export declare const hostileStrings: readonly string[];
/** Code points a terminal acts on; line feed is for the renderer itself to write. */
export declare const terminalControls: RegExp;
