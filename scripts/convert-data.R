# Makes CSV files for Kula of the packages that fetch-data has unpacked in packages/, in the working
# directory. Base R alone. No column of a row tells of anything later than the row.

packaged <- function(package, name) {
  held <- new.env()
  data <- file.path("packages", paste0("r-cran-", package), "usr/lib/R/site-library", package, "data")
  if (file.exists(file.path(data, "Rdata.rdb"))) lazyLoad(file.path(data, "Rdata"), envir = held)
  else load(file.path(data, paste0(name, ".rda")), envir = held)
  held
}

write <- function(rows, name) {
  file <- paste0(name, ".csv")
  utils::write.csv(rows, paste0(file, ".part"), row.names = FALSE, quote = FALSE)
  file.rename(paste0(file, ".part"), file)
  cat(sprintf("%s: %d rows, %d devices\n", file, nrow(rows), length(unique(rows$device))))
}

# One column of 0 and 1 for each value.
indicators <- function(prefix, values) {
  levels <- sort(unique(values))
  columns <- sapply(levels, function(level) as.integer(values == level))
  colnames(columns) <- paste0(prefix, gsub("[^A-Za-z0-9]", "", levels))
  columns
}

season <- function(dates) {
  angle <- 2 * pi * as.POSIXlt(dates)$yday / 365.25
  data.frame(sine = round(sin(angle), 4), cosine = round(cos(angle), 4))
}

weekday <- function(dates) indicators("weekday", as.POSIXlt(dates)$wday)

# Students who rate lecturers, 1 to 5. Devices are those with 40 ratings or more; what the others
# gave a lecturer is the one thing that is known of him besides age and department.
insteval <- function() {
  ratings <- packaged("lme4", "InstEval")$InstEval
  many <- ratings$s %in% names(which(table(ratings$s) >= 40))
  past <- ratings[!many, ]
  rows <- ratings[many, ]
  overall <- mean(past$y)
  sums <- tapply(past$y, past$d, sum)[rows$d]
  counts <- tapply(past$y, past$d, length)[rows$d]
  sums[is.na(sums)] <- 0
  counts[is.na(counts)] <- 0
  write(data.frame(
    device = rows$s, label = rows$y,
    lecturer_mean = round((sums + 5 * overall) / (counts + 5), 4), lecturer_ratings = counts,
    semester = as.integer(as.character(rows$studage)), lecture_age = as.integer(rows$lectage),
    service = as.integer(rows$service) - 1, indicators("dept", as.character(rows$dept))), "insteval")
}

# Vowels by 15 speakers, each six times.
vowel <- function() {
  rows <- packaged("mlbench", "Vowel")$Vowel
  write(data.frame(device = paste0("speaker", rows$V1), label = as.integer(rows$Class), rows[, 2:10]),
    "vowel")
}

# Entries at 20 stations of Chicago's trains, daily, as multiples of the station's mean over the
# first year, which is not in the file. A station's column has what it was 14 days before.
chicago <- function() {
  all <- as.data.frame(packaged("modeldata", "Chicago")$Chicago)
  stations <- names(all)[2:21]
  day <- as.integer(all$date - min(all$date))
  at <- function(offset) match(day + offset, day)
  conditions <- data.frame(all[, c("temp", "wind", "percip", "weather_snow")],
    games = rowSums(all[, c("Bulls_Home", "Blackhawks_Home", "WhiteSox_Home", "Cubs_Home")]),
    season(all$date), weekday(all$date))
  parts <- lapply(stations, function(station) {
    entries <- all[[station]]
    entries <- entries / mean(entries[day >= 14 & day < 14 + 365])
    rows <- data.frame(device = station, time = format(all$date), label = round(entries[at(14)], 4),
      week_before = round(entries[at(7)], 4), fortnight_before = round(entries[at(0)], 4), conditions)
    rows[day >= 365 & !is.na(rows$label) & !is.na(rows$week_before), ]
  })
  write(do.call(rbind, parts), "chicago")
}

# Fine dust at rural stations in Germany, daily: what tomorrow will be, from the days before.
air <- function() {
  held <- packaged("spacetime", "air")
  stations <- sub(" .*", "", rownames(held$air))
  parts <- lapply(seq_len(nrow(held$air)), function(i) {
    dust <- held$air[i, ]
    n <- length(dust)
    before <- function(days) c(rep(NA, days), dust[seq_len(n - days)])
    tomorrow <- c(dust[-1], NA)
    rows <- data.frame(device = stations[i], time = format(held$dates),
      label = cut(tomorrow, c(-Inf, 12, 22, Inf), labels = c("low", "middle", "high")),
      today = round(dust, 2), yesterday = round(before(1), 2), day_before = round(before(2), 2),
      season(held$dates), weekday(held$dates))
    rows[stats::complete.cases(rows), ]
  })
  rows <- do.call(rbind, parts)
  write(rows[rows$device %in% names(which(table(rows$device) >= 365)), ], "air")
}

# Flights from January to March 2001; airports with 150 of them or more are devices. Late is a
# quarter of an hour or more. What is known of a day is how many of the last ten flights from there
# were late.
flights <- function() {
  text <- readLines("packages/vega-datasets/package/data/flights-20k.json", warn = FALSE)
  items <- strsplit(paste(text, collapse = ""), "},", fixed = TRUE)[[1]]
  field <- function(name) sub(sprintf('.*"%s":"?([^",}]*).*', name), "\\1", items)
  time <- as.POSIXct(field("date"), format = "%Y/%m/%d %H:%M", tz = "UTC")
  hour <- as.POSIXlt(time)$hour + as.POSIXlt(time)$min / 60
  rows <- data.frame(device = field("origin"), time = format(time, "%Y-%m-%dT%H:%M"),
    label = ifelse(as.integer(field("delay")) >= 15, "late", "punctual"),
    distance = as.integer(field("distance")), hour = round(hour, 2),
    sine = round(sin(2 * pi * hour / 24), 4), cosine = round(cos(2 * pi * hour / 24), 4),
    weekday(time))
  rows <- rows[rows$device %in% names(which(table(rows$device) >= 150)), ]
  rows <- rows[order(rows$device, rows$time), ]
  late <- function(of) {
    before <- c(0, cumsum(rows$label[of] == "late"))
    at <- seq_along(of)
    before[at] - before[pmax(at - 10, 1)]
  }
  rows$late_of_ten <- stats::ave(seq_len(nrow(rows)), rows$device, FUN = late)
  write(rows, "flights")
}

# Films that people rated in the order in which they did; liked is four stars or more. Devices are
# those with 200 ratings or more. What all gave a film before is known of it.
movielens <- function() {
  all <- packaged("dslabs", "movielens")$movielens
  all <- all[order(all$timestamp, all$userId, all$movieId), ]
  all$liked <- all$rating >= 4
  earlier <- function(values) cumsum(values) - values
  before <- stats::ave(as.numeric(all$liked), all$movieId, FUN = earlier)
  ratings <- stats::ave(rep(1, nrow(all)), all$movieId, FUN = earlier)
  genres <- strsplit(as.character(all$genres), "|", fixed = TRUE)
  known <- setdiff(sort(unique(unlist(genres))), "(no genres listed)")
  flags <- sapply(known, function(genre) vapply(genres, function(of) as.integer(genre %in% of), 0L))
  colnames(flags) <- gsub("[^A-Za-z]", "", known)
  rows <- data.frame(device = all$userId, time = all$timestamp,
    label = ifelse(all$liked, "liked", "not"), liked_before = round((before + 2.5) / (ratings + 5), 4),
    ratings_before = round(log2(1 + ratings), 3), year = all$year, flags)
  rows <- rows[rows$device %in% names(which(table(rows$device) >= 200)) & !is.na(rows$year), ]
  write(rows, "movielens")
}

insteval()
vowel()
chicago()
air()
flights()
movielens()
