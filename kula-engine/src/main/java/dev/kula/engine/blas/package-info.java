/**
 * The one linear-algebra routine that training needs: matrix product on heap arrays. Entry type:
 * {@link dev.kula.engine.blas.Blas}. Two implementations: OpenBLAS, called through the Foreign
 * Function and Memory API straight on heap arrays, and plain Java for machines without the native
 * library. Imports only the JDK. To add one, implement {@code Blas}, add a factory there, and run
 * {@code BlasContract} against it.
 */
@NullMarked
package dev.kula.engine.blas;

import org.jspecify.annotations.NullMarked;
