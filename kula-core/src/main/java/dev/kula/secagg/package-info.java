/**
 * Secure aggregation: a server learns the sum of the vectors of a cohort, and of no vector alone.
 * Entry types: {@link dev.kula.secagg.Session}, which all parties agree on beforehand, {@link
 * dev.kula.secagg.Advertise} for a device and {@link dev.kula.secagg.CollectAdvertisements} for a
 * server. Each state of the protocol is a type; a transition returns the next one, and one that
 * fails leaves its state as it was.
 *
 * <pre>
 *  device                 server
 *  Advertise      ──►  CollectAdvertisements    signed public keys
 *  ShareKeys      ◄──    │ close()              those of the neighbours
 *                 ──►  CollectShares            sealed shares of two secrets
 *  MaskedInput    ◄──    │ close()
 *                 ──►  CollectMaskedInputs      vector + masks
 *  ConsistencyCheck ◄──  │ close()              who survived
 *                 ──►  CollectEndorsements      signature on that
 *  Unmask         ◄──    │ close()              signatures of the neighbours
 *                 ──►  CollectReveals           one share of each neighbour
 *  Done                  │ close()  ──►  Aggregated
 * </pre>
 *
 * <p><b>Protected:</b> with fewer corrupt neighbours of each device than {@link
 * dev.kula.secagg.Neighbourhoods#mostCorrupt} the server and they learn the sum over the survivors
 * and nothing else, if it follows the protocol; if it lies about keys, survivors or dropouts, it
 * can make the round fail. <b>Not protected:</b> the sum itself, which needs noise; against a
 * device that sends a false vector; the time that arithmetic takes; memory that others read; a
 * graph whose seed the server could choose after it knew whom it has corrupted; on a sparse graph,
 * dropouts that somebody picks (see decision 0022).
 *
 * <p>To add a graph, add a record to {@link dev.kula.secagg.Neighbourhoods}. Imports the root
 * package and {@code privacy.noise}.
 *
 * <p>Sources: Bonawitz et al. 2017, <i>Practical Secure Aggregation for Privacy-Preserving Machine
 * Learning</i>; Bell et al. 2020, <i>Secure Single-Server Aggregation with (Poly)Logarithmic
 * Overhead</i>.
 */
@NullMarked
package dev.kula.secagg;

import org.jspecify.annotations.NullMarked;
