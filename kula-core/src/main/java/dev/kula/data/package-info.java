/**
 * Data and the right to use it: data sets held once, their {@link dev.kula.data.FederatedData
 * partition} over devices, and blocks, pointers, leases and ledgers. Entry types: {@code Dataset}
 * for reading, {@code SampleStore} for devices. Files are read in {@code source}, partitioned in
 * {@code partition}, and turned into exams in {@code target}, which import this package. Only a
 * {@code SampleStore} holds samples, and it gives none away without a lease. Imports {@code model}.
 */
@NullMarked
package dev.kula.data;

import org.jspecify.annotations.NullMarked;
