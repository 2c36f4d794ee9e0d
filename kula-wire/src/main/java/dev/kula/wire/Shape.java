package dev.kula.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.WireFormat;
import java.io.IOException;

/**
 * Looks over bytes before anything is made of them. A part of a message may take two bytes and
 * become an object of a hundred, so parts are counted here; a field that is unknown may change what
 * the others mean, and one that comes twice would be merged, so both are refused.
 */
final class Shape {
  private final Limits limits;
  private int parts;

  private Shape(Limits limits) {
    this.limits = limits;
  }

  /** Refuses bytes that are no such message, or one of too many parts. */
  static void check(CodedInputStream in, Descriptor type, Limits limits) throws IOException {
    new Shape(limits).check(in, type);
  }

  /** Recurses as deep as messages of the protocol are nested, whatever the bytes are. */
  private void check(CodedInputStream in, Descriptor type) throws IOException {
    long seen = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int number = WireFormat.getTagFieldNumber(tag);
      FieldDescriptor field = type.findFieldByNumber(number);
      if (field == null) {
        throw Checks.refused(
            "a field of " + type.getName(), number, "one of version 1 of the protocol");
      }
      if (!field.isRepeated()) {
        // At most one oneof a message, of which bit 0 stands for all; field numbers are below 64.
        long bit = field.getRealContainingOneof() == null ? 1L << number : 1;
        if ((seen & bit) != 0) {
          throw Checks.refused(nameOf(field), "there twice", "there once");
        }
        seen |= bit;
      }
      check(in, field, tag);
    }
  }

  private void check(CodedInputStream in, FieldDescriptor field, int tag) throws IOException {
    int wireType = WireFormat.getTagWireType(tag);
    boolean packed = field.isPackable() && wireType == WireFormat.WIRETYPE_LENGTH_DELIMITED;
    if (wireType != field.getLiteType().getWireType() && !packed) {
      throw Checks.refused("wire type of " + nameOf(field), wireType, "that of its type");
    }
    if (field.getJavaType() == JavaType.MESSAGE) {
      count();
      int outer = in.pushLimit(in.readRawVarint32());
      check(in, field.getMessageType());
      in.popLimit(outer);
    } else {
      if (field.getJavaType() == JavaType.STRING) {
        count();
      }
      in.skipField(tag);
    }
  }

  private void count() {
    parts++;
    if (parts > limits.entries()) {
      throw Checks.refused("number of parts", "over " + limits.entries(), "at most that");
    }
  }

  private static String nameOf(FieldDescriptor field) {
    return field.getContainingType().getName() + "." + field.getName();
  }
}
