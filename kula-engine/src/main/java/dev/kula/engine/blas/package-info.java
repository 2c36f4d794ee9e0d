/**
 * The one linear-algebra routine that training needs: matrix product on heap arrays. Entry type:
 * {@link dev.kula.engine.blas.BlasLibrary}, which makes a {@link dev.kula.engine.blas.Blas} for
 * each thread. Three implementations: oneDNN and OpenBLAS, called through the Foreign Function and
 * Memory API straight on heap arrays, and plain Java for machines without a native library. Imports
 * only the JDK. To add one, implement {@code Blas}, name it in {@code BlasLibrary}, and run {@code
 * BlasContract} against it.
 */
@NullMarked
package dev.kula.engine.blas;

import org.jspecify.annotations.NullMarked;
