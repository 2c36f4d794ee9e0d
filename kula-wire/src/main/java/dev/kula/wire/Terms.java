package dev.kula.wire;

import com.google.protobuf.ByteString;
import dev.kula.data.DataPointer;
import dev.kula.data.Lease;
import dev.kula.device.Settlement;
import dev.kula.swap.SwapOrder;
import dev.kula.wire.v1.Wire;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** The terms of swaps: orders, pointers, leases, and what came of them. */
final class Terms {
  private final Checks checks;

  Terms(Checks checks) {
    this.checks = checks;
  }

  static Wire.SwapOrder encode(SwapOrder order) {
    return Wire.SwapOrder.newBuilder()
        .setNumber(order.number())
        .setRound(order.round())
        .setSource(order.source().name())
        .setReceiver(order.receiver().name())
        .setSamples(order.samples())
        .addAllLabels(order.labels())
        .setExchange(Choices.encode(order.exchange()))
        .setAdmission(Choices.encode(order.admission()))
        .setSelection(Choices.encode(order.selection()))
        .setDiversity(order.diversity())
        .setTrusted(order.trusted())
        .setLease(Checks.duration(order.lease()))
        .setUses(order.uses())
        .build();
  }

  SwapOrder order(boolean there, Wire.SwapOrder order, String name) {
    Checks.present(there, order, name);
    return new SwapOrder(
        order.getNumber(),
        order.getRound(),
        checks.device(order.getSource(), "source"),
        checks.device(order.getReceiver(), "receiver"),
        order.getSamples(),
        checks.integers(order.getLabelsList(), "labels"),
        Choices.decode(order.getExchange()),
        Choices.decode(order.getAdmission()),
        Choices.decode(order.getSelection()),
        order.getDiversity(),
        order.getTrusted(),
        Checks.duration(order.hasLease(), order.getLease(), "lease"),
        order.getUses());
  }

  static Wire.DataPointer encode(DataPointer pointer) {
    return Wire.DataPointer.newBuilder()
        .setBlock(Checks.block(pointer.block()))
        .setSource(pointer.source().name())
        .setSchema(pointer.schema())
        .setSize(pointer.size())
        .addAllLabels(pointer.labels())
        .setExchange(Choices.encode(pointer.exchange()))
        .setPurpose(pointer.purpose())
        .setSignature(ByteString.copyFrom(pointer.signature()))
        .build();
  }

  DataPointer pointer(boolean there, Wire.DataPointer pointer, String name) {
    Checks.present(there, pointer, name);
    return new DataPointer(
        Checks.block(pointer.getBlock(), "block"),
        checks.device(pointer.getSource(), "source"),
        checks.text(pointer.getSchema(), "schema"),
        pointer.getSize(),
        checks.integers(pointer.getLabelsList(), "labels"),
        Choices.decode(pointer.getExchange()),
        checks.text(pointer.getPurpose(), "purpose"),
        Checks.signature(pointer.getSignature(), "signature"));
  }

  static Wire.Lease encode(Lease lease) {
    return Wire.Lease.newBuilder()
        .setNumber(lease.number())
        .setBlock(Checks.block(lease.block()))
        .setSource(lease.source().name())
        .setHolder(lease.holder().name())
        .setExpires(Checks.instant(lease.expires()))
        .setUses(lease.uses())
        .setExchange(Choices.encode(lease.exchange()))
        .setSignature(ByteString.copyFrom(lease.signature()))
        .build();
  }

  Lease lease(boolean there, Wire.Lease lease, String name) {
    Checks.present(there, lease, name);
    return new Lease(
        lease.getNumber(),
        Checks.block(lease.getBlock(), "block"),
        checks.device(lease.getSource(), "source"),
        checks.device(lease.getHolder(), "holder"),
        Checks.instant(lease.hasExpires(), lease.getExpires(), "expires"),
        lease.getUses(),
        Choices.decode(lease.getExchange()),
        Checks.signature(lease.getSignature(), "signature"));
  }

  /** In the order of their numbers, so that the same leases are the same bytes. */
  static Iterable<Wire.OrderLease> encode(Map<Long, Lease> leases) {
    return new TreeMap<>(leases)
        .entrySet().stream()
            .map(
                entry ->
                    Wire.OrderLease.newBuilder()
                        .setOrder(entry.getKey())
                        .setLease(encode(entry.getValue()))
                        .build())
            .toList();
  }

  Map<Long, Lease> leases(Iterable<Wire.OrderLease> entries) {
    TreeMap<Long, Lease> leases = new TreeMap<>();
    for (Wire.OrderLease entry : entries) {
      long order = entry.getOrder();
      if (!leases.isEmpty() && order <= leases.lastKey()) {
        throw Checks.refused("order of leases", order, "above the " + leases.lastKey() + " before");
      }
      leases.put(order, lease(entry.hasLease(), entry.getLease(), "lease"));
    }
    return leases;
  }

  static Wire.Settlement encode(Settlement settlement) {
    Wire.Settlement.Builder out =
        Wire.Settlement.newBuilder()
            .setOrder(encode(settlement.order()))
            .setExchange(Choices.encode(settlement.exchange()))
            .setEnding(Choices.encode(settlement.ending()))
            .setSamples(settlement.samples())
            .addAllLabels(settlement.labels())
            .setBytes(settlement.bytes())
            .setAsCopyBytes(settlement.asCopyBytes())
            .setCacheHitBytes(settlement.cacheHitBytes())
            .setReason(settlement.reason());
    settlement.lossWithout().ifPresent(out::setLossWithout);
    settlement.lossWith().ifPresent(out::setLossWith);
    return out.build();
  }

  Settlement settlement(boolean there, Wire.Settlement settlement, String name) {
    Checks.present(there, settlement, name);
    return new Settlement(
        order(settlement.hasOrder(), settlement.getOrder(), "order"),
        Choices.decode(settlement.getExchange()),
        Choices.decode(settlement.getEnding()),
        optional(settlement.hasLossWithout(), settlement.getLossWithout()),
        optional(settlement.hasLossWith(), settlement.getLossWith()),
        settlement.getSamples(),
        checks.integers(settlement.getLabelsList(), "labels"),
        settlement.getBytes(),
        settlement.getAsCopyBytes(),
        settlement.getCacheHitBytes(),
        checks.text(settlement.getReason(), "reason"));
  }

  static OptionalDouble optional(boolean there, double number) {
    return there ? OptionalDouble.of(number) : OptionalDouble.empty();
  }
}
