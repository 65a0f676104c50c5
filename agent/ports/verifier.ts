/** Checks the server's signature with the pinned key. */
export interface SignatureVerifier {
  /**
   * @param token a compact JWS
   * @returns the payload's text, or why it is refused: `malformed` is no such token at all
   */
  verify(
    token: string,
  ): Promise<
    { readonly ok: true; readonly payload: string } | { readonly ok: false; readonly why: 'malformed' | 'badSignature' }
  >;
}
