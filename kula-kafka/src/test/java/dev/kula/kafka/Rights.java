package dev.kula.kafka;

import static org.apache.kafka.common.acl.AclOperation.ALL;
import static org.apache.kafka.common.acl.AclOperation.DELETE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** Who may do what at the brokers, as the table of docs/security.md says it. */
final class Rights {
  static final List<String> PROCESSES = List.of("gateway", "orchestrator", "aggregator", "monitor");

  private final List<AclBinding> all = new ArrayList<>();

  private Rights() {}

  /** Makes the topics, and gives each kind of process its rights. */
  static void give(Path operator) {
    KafkaFile file = KafkaFile.read(operator);
    try (Topics topics = new Topics(file);
        Admin admin = file.admin()) {
      topics.create(topics.all());
      Rights rights = new Rights();
      rights.of("gateway", topics.jobs(), READ);
      rights.of("gateway", topics.models(), READ);
      rights.of("gateway", topics.results(), WRITE);
      rights.of("gateway", topics.updates(), WRITE);
      rights.of("orchestrator", topics.jobs(), WRITE, DELETE);
      rights.of("orchestrator", topics.models(), WRITE, DELETE);
      rights.of("orchestrator", topics.results(), READ, WRITE, DELETE);
      rights.of("orchestrator", topics.updates(), WRITE, DELETE);
      rights.of("orchestrator", topics.sums(), READ, WRITE, DELETE);
      rights.of("orchestrator", topics.questions(), WRITE, DELETE);
      rights.of("orchestrator", topics.answers(), READ, DELETE);
      Aggregator.changelogs(topics).forEach(log -> rights.of("orchestrator", log, DELETE));
      rights.of("aggregator", topics.updates(), READ);
      rights.of("aggregator", topics.sums(), WRITE);
      rights.application("aggregator", file.fleet() + "." + Aggregator.APPLICATION);
      rights.of("monitor", topics.questions(), READ);
      rights.of("monitor", topics.answers(), WRITE);
      rights.application("monitor", file.fleet() + "." + MonitorTask.APPLICATION);
      admin.createAcls(rights.all).all().toCompletionStage().toCompletableFuture().join();
    }
  }

  private void of(String who, String topic, AclOperation... operations) {
    ResourcePattern what = new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL);
    add(who, what, DESCRIBE);
    for (AclOperation operation : operations) {
      add(who, what, operation);
    }
  }

  /** What Streams needs for an application. */
  private void application(String who, String name) {
    add(who, new ResourcePattern(ResourceType.TOPIC, name, PatternType.PREFIXED), ALL);
    add(who, new ResourcePattern(ResourceType.GROUP, name, PatternType.LITERAL), READ);
    for (AclOperation operation : List.of(DESCRIBE, WRITE)) {
      add(
          who,
          new ResourcePattern(ResourceType.TRANSACTIONAL_ID, name, PatternType.PREFIXED),
          operation);
    }
  }

  private void add(String who, ResourcePattern what, AclOperation operation) {
    all.add(
        new AclBinding(
            what, new AccessControlEntry("User:" + who, "*", operation, AclPermissionType.ALLOW)));
  }
}
